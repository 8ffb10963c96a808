"""Words that belong to what follows them, after which no caption and no line should end: "and", "the", "of".

Netflix's Timed Text Style Guides ask for breaks before conjunctions and prepositions, and for articles beside their
nouns. All languages share one list: a word that joins in one language only ("die") makes breaks in others a bit less
even. Breaks in scripts without spaces are in `functions.transcripts.text_boundaries.word_breaks`.
"""

from __future__ import annotations

from functions.transcripts.text_boundaries.letters import normalised

_WORDS = """
    a an the and or but nor so because if when while although though unless until than as that which who whose whom
    what where how why of to in on at for from with by about into onto over under between through during before after
    without against among across behind beyond my your his her its our their this these those no not very is are was
    were be been am has have had do does did will would can could should may might must i we he she they you it's i'm
    we're they're you're there's that's let's mr mrs ms dr
    der die das den dem des ein eine einen einem einer eines und oder aber denn weil wenn dass daß ob als wie wo von vom
    zu zum zur im am auf aus bei mit nach seit vor für gegen ohne um durch über unter zwischen mein dein sein ihr unser
    kein keine nicht sehr ich wir er sie ist sind war hat haben wird
    le la les l' un une du au aux et ou mais donc car que qui dont où si quand comme de à dans en sur sous par pour avec
    sans chez entre vers mon ma mes ton ta tes son sa ses notre votre leur ce cet cette ces ne je tu il elle nous vous
    ils elles est sont a ont
    el los las lo unos unas y e o u pero porque aunque cuando como del al con por para sin sobre entre hasta desde mi tu
    su sus no muy es son ha han
    il gli i uno ed ma perché che se quando come di da con su per tra fra del dello della dei degli delle al allo alla
    ai agli alle dal dalla nel nella sul sulla mio mia suo sua non è sono ha hanno
    os as um uma mas porque quando do da dos das no na nos nas ao aos à às em com sem sob seu sua não é são tem
    het een en of maar want omdat als dat die wie wat van te op aan uit bij met naar voor tegen door over onder tussen
    mijn zijn haar ons hun geen niet zeer ik wij hij is was heeft
    og eller men fordi hvis når som at der den det de et en af til i på fra med for om ved uden min din hans vores ikke
    jeg vi han er var har
    och att ett från till utan är
    и а но или что чтобы если когда как в во на с со к ко у о об от до из за по под над при без для не я мы он она они
"""
_BELONG_TO_NEXT = frozenset(_WORDS.split())


def belongs_to_next(text: str) -> bool:
    """Return whether a printed word leads to the one after it; one with a comma or a full stop behind it does not."""
    return text[-1:].isalnum() and normalised(text) in _BELONG_TO_NEXT
