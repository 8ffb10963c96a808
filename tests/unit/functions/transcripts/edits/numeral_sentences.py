"""Sentences with numbers: what Whisper wrote, and what a careful reader would write."""

from __future__ import annotations

# By language: what Whisper wrote, and after " = " what is printed; without it, the same.
SENTENCES = {
    "en": """
        Call five five five one two three four, please. = Call 5551234, please.
        Call one eight hundred five five five oh one nine nine. = Call 18005550199.
        Dial nine one one, then double oh seven. = Dial 911, then 007.
        It was five-five-five, one two three four. = It was 555, 1234.
        One, two, three, go! One two three. = 1, 2, 3, go! 1 2 3.
        In nineteen eighty four and by twenty twenty-five. = In 1984 and by 2025.
        From nineteen oh five to the nineteen eighties. = From 1905 to the 1980s.
        We grew in two thousand and nineteen. = We grew in 2019.
        Pi is three point one four one five, version two point oh point one. = Pi is 3.1415, version 2.0.1.
        Two point five million people saw one million stars. = 2.5 million people saw 1 million stars.
        Two hundred and fifty-three people and twenty one dogs. = 253 people and 21 dogs.
        There were a hundred and one dogs and a hundred people. = There were 101 dogs and a hundred people.
        On the second of May, July fourth and December twenty fifth. = On the 2nd of May, July 4th and December 25th.
        The twenty second of June, in the twenty-first century. = The 22nd of June, in the 21st century.
        In twenty seconds; a twenty second clip. = In 20 seconds; a twenty second clip.
        It cost three dollars and fifty cents, not five dollars. = It cost $3.50, not $5.
        Nineteen dollars ninety five each; two million dollars. = $19.95 each; $2 million.
        It weighs ten pounds and costs ten pounds and fifty pence. = It weighs 10 pounds and costs £10.50.
        Up by twelve point five percent, then point five per cent. = Up by 12.5%, then 0.5%.
        At ten thirty a m or nine p.m. we meet. = At 10:30 a.m. or 9 p.m. we meet.
        We meet at ten oh five. = We meet at 10:05.
        Wait a second. The second hand; second to none; he came in second.
        One of them left; no one knew. For one thing, one or two miles is far.
        Two thirds of us waited three and a half hours, until half past ten or a quarter to five.
        A fifth of it, one tenth, and the first three. = A fifth of it, one tenth, and the first 3.
        The seven eleven store is open twenty four seven. It takes two three days.
        Ocean's Eleven, Twenty One Pilots and World War Two.
        Oh, five dollars! = Oh, $5!
        Thousands of people; a thousand times; twenty twenty vision.
        May the fourth be with you. = May the 4th be with you.
        Between two and three thousand people, five or six hundred dogs; a dollar fifty; the two thousands.
        From fifty to two hundred, ten to fifteen percent. = From 50 to 200, 10 to 15%.
        My zip code is nine oh two one oh. = My zip code is 90210.
        Two of 5 million dollars; a million dollars. = 2 of 5 million dollars; a million dollars.
        $5 million and fifty cents. = $5 million and 50 cents.
        On May 5 nineteen eighty four, 555 one two three four. = On May 5 1984, 555 1234.
        A hundred dollars, 3 hundred dollars, 20 twenty, 7 eleven. = $100, 3 hundred dollars, 20 twenty, 7 eleven.
        Oh one more thing, and oh two people came. = Oh one more thing, and oh 2 people came.
        In oh five, ten below zero, zero degrees, oh five oh six. = In 05, 10 below zero, 0 degrees, 0506.
        She is 21, paid $3.50 at 10:30 a.m. and owns 5 million shares.
        Set the thirty second timer on the twenty second floor. = Set the thirty second timer on the 22nd floor.
        It costs nineteen ninety-nine; he paid nineteen fifty.
        In ten sixty-six; fifteen oh one; the nineteen hundreds. = In 1066; 1501; the 1900s.
        The PIN is one two three four; call 1 800 five five five one two one two. = The PIN is 1234; call 1 800 5551212.
        Flight two forty-five leaves by eight forty-five. = Flight 245 leaves by 8:45.
        Three point fourteen, oh point five, at one point twenty left. = 3.14, 0.5, at one point twenty left.
        One two seven dot oh dot oh dot one, version three point twelve point one. = 127.0.0.1, version 3.12.1.
        Minus five degrees, down by minus two percent, five minus three percent. = -5 degrees, down by -2%, 5 minus 3%.
        A twenty-one-year-old on a ten-minute, two-way trip. = A 21-year-old on a 10-minute, two-way trip.
        Five sixteenths, one hundredth, the one hundredth time. = Five sixteenths, one hundredth, the 100th time.
        At oh seven hundred hours. = At 0700 hours.
        At ten, about thirty people came; at eight, say, twenty. = At 10, about 30 people came; at 8, say, 20.
        It's ten to four, ten past three; from ten to four. = It's ten to four, ten past three; from 10 to 4.
        It cost twenty dollars five; five dollars two years ago. = It cost twenty dollars five; $5 two years ago.
        A couple hundred dollars, a few thousand euros.
        A couple of hundred dollars, a buck fifty, five bucks. = A couple of hundred dollars, a buck fifty, 5 bucks.
        Between ten and twenty dollars, ten to fifteen dollars. = Between $10 and $20, $10 to $15.
        Two or three hundred dollars, two to three million dollars. = Two or three hundred dollars, $2 to $3 million.
        Nineteen ninety-nine a month; in nineteen ninety a man. = Nineteen ninety-nine a month; in 1990 a man.
        Pressure: one twenty over eighty, one thirty five over 90. = Pressure: 120 over 80, 135 over 90.
        He weighs one eighty-five pounds; two twenty people. = He weighs 185 pounds; two twenty people.
        Six months, eighteen months; a billion-dollar company. = 6 months, 18 months; a billion-dollar company.
        Press one for English. = Press 1 for English.
        Chapter one: step one. = Chapter 1: step 1.
        One step.
        Press one of them.
        A ratio of three to one, from ten to zero. = A ratio of 3 to 1, from 10 to 0.
        Two and three quarters inches; on Monday the third. = Two and three quarters inches; on Monday the 3rd.
        It's three thirty in the afternoon; seven fifteen tonight. = It's 3:30 in the afternoon; 7:15 tonight.
        From nine thirty to ten fifteen; from nine to ten thirty. = From 9:30 to 10:15; from 9 to 10:30.
        It costs from nine fifty to ten fifty.
        The four fifteen train. = The 4:15 train.
        The forty-second president was forty-second. = The 42nd president was forty-second.
        A forty-second delay, a billion-dollar company. = A 40-second delay, a billion-dollar company.
        I was born on ten twelve nineteen eighty. = I was born on 10 12 1980.
        After nine eleven, the nine eleven attacks. = After 9/11, the 9/11 attacks.
        At nine eleven a.m. = At 9:11 a.m.
        He drives a Porsche nine eleven. Call nine eleven now.
        Twenty twenty was a hard year. = 2020 was a hard year.
        It was twenty twenty one when we met. = It was 2021 when we met.
        Twenty twenty one people came. My vision is twenty twenty.
        Call me before nine eleven; not until nine eleven. = Call me before 9:11; not until 9:11.
        The train at nine eleven was late. = The train at 9:11 was late.
        Meet me on nine eleven Main Street. A chapter of nine eleven pages.
        He died on nine eleven. The horrors of nine eleven and us. = He died on 9/11. The horrors of 9/11 and us.
        At the nine eleven Memorial. The nine eleven Commission. = At the 9/11 Memorial. The 9/11 Commission.
        My vision is twenty twenty and fine. My eyes are twenty twenty but tired.
        I met Charles twenty years ago. William twelve people. = I met Charles 20 years ago. William 12 people.
        King Charles three waved. After nine eleven all changed. = King Charles three waved. After 9/11 all changed.
        My score was twenty twenty and his was ten. = My score was twenty twenty and his was 10.
        We ate pie fifteen times. The trial of Louis sixteen. = We ate pie 15 times. The trial of Louis sixteen.
        Louis sixteen was a king. Henry eight had two wives. = Louis sixteen was a king. Henry eight had 2 wives.
        The nineteen-sixties; about one hundred and twenty thousand people. = The 1960s; about 120,000 people.
        It costs a hundred and fifty thousand dollars. Dial one two three four five. = It costs $150,000. Dial 12345.
        Call five five five dash one two three four, or ten dash two. = Call 555-1234, or 10 dash 2.
        Twelve thousand; nine thousand nine hundred. = 12,000; 9900.
    """,
    "fr": """
        Elle a quatre-vingt-dix-neuf ans, lui vingt et un. = Elle a 99 ans, lui 21.
        En mille neuf cent quatre-vingt-quatre, et en deux mille vingt-quatre. = En 1984, et en 2024.
        Le zéro six douze trente-quatre cinquante-six soixante-dix-huit. = Le 06 12 34 56 78.
        Rendez-vous à dix heures trente. = Rendez-vous à 10 h 30.
        Il est dix heures et demie, les deux tiers sont partis. = Il est 10 heures et demie, les deux tiers sont partis.
        Cela coûte vingt euros et cinquante centimes. = Cela coûte 20,50 euros.
        Trois euros cinquante, puis vingt euros. = 3,50 euros, puis 20 euros.
        Trois virgule un quatre un cinq. = 3,1415.
        Cinq pour cent des gens, zéro virgule cinq pour cent. = 5 % des gens, 0,5 %.
        Le premier janvier et le quatorze juillet. = Le 1er janvier et le 14 juillet.
        Le vingt et unième siècle. = Le 21ème siècle.
        Quoi de neuf ? Un vélo neuf. Il a neuf ans. = Quoi de neuf ? Un vélo neuf. Il a 9 ans.
        L'un d'eux est parti une seconde, un ou deux jours.
        Le premier ministre, la deuxième guerre, un million d'euros.
        Trois millions de personnes, cent personnes. = 3 millions de personnes, cent personnes.
        Un, deux, trois, partez ! = 1, 2, 3, partez !
        Deux ou trois cents, de dix à vingt pour cent. = Deux ou trois cents, de 10 à 20 %.
        J'ai vu Charles vingt fois. Louis quatorze est mort. = J'ai vu Charles 20 fois. Louis quatorze est mort.
        Sous le roi Louis quatorze, tout était à zéro.
        Il s'est mis sur son trente et un.
        Le neuf mai à sept heures cinq, un mètre quatre-vingts. = Le 9 mai à 7 h 05, 1 mètre 80.
        Cent euros, mille et une nuits, trois centièmes. = 100 euros, mille et une nuits, trois centièmes.
        Il fait moins cinq degrés. Le code est un deux trois quatre. = Il fait -5 degrés. Le code est 1234.
        Deux virgule cinq millions d'euros, un virgule deux milliard. = 2,5 millions d'euros, 1,2 milliard.
        Deux problèmes, six poèmes, trois dixièmes. = 2 problèmes, 6 poèmes, trois dixièmes.
        Version trois point onze. = Version 3.11.
        Le chapitre un. Tapez un pour le français. Deux à zéro. = Le chapitre 1. Tapez 1 pour le français. 2 à 0.
        Au vingt et un rue de la Paix, avenue Victor Hugo douze. = Au 21 rue de la Paix, avenue Victor Hugo 12.
        Cent vingt mille habitants. = 120000 habitants.
    """,
    "de": """
        Er ist einundzwanzig, sie einundvierzig Jahre alt. = Er ist 21, sie 41 Jahre alt.
        Im Jahr neunzehnhundertvierundachtzig und zweitausendvierundzwanzig. = Im Jahr 1984 und 2024.
        Im Jahr neunzehn vierundachtzig. = Im Jahr 1984.
        Wählen Sie null eins sieben drei fünf fünf fünf. = Wählen Sie 0173555.
        Drei Komma eins vier eins fünf. = 3,1415.
        Um zehn Uhr dreißig und um acht Uhr. = Um 10:30 Uhr und um 8 Uhr.
        Das kostet drei Euro fünfzig am Tag. = Das kostet 3,50 Euro am Tag.
        Fünf Prozent, hundert Prozent. = 5 %, 100 %.
        Am dritten Mai und am ersten Januar. = Am 3. Mai und am 1. Januar.
        Zwei Hunde und eine Katze. = 2 Hunde und eine Katze.
        Zwei Millionen Menschen, eine Million Sterne. = 2 Millionen Menschen, eine Million Sterne.
        Hunderteins Dalmatiner, einhundert Leute. = 101 Dalmatiner, 100 Leute.
        Einer von ihnen hat eins. Eine Sekunde! Der Zweite Weltkrieg, der zweite Mann.
        Es ist halb zehn, Viertel nach acht, drei Viertel sind da.
        Gib acht! Das blieb außer Acht. In acht Tagen. = Gib acht! Das blieb außer Acht. In 8 Tagen.
        Zwei bis dreitausend Leute, ein Euro fünfzig. = Zwei bis dreitausend Leute, 1,50 Euro.
        5 Millionen Euro, 5 hundert Prozent, um 10 Uhr dreißig. = 5 Millionen Euro, 5 hundert Prozent, um 10 Uhr 30.
        Eins, zwei, drei. Tausend Dank. = 1, 2, 3. Tausend Dank.
        Um sieben Uhr fünf; ein Meter achtzig; hundert Euro. = Um 7:05 Uhr; 1 Meter 80; 100 Euro.
        Die einundzwanzigjährige Frau, ein einjähriges Kind. = Die 21-jährige Frau, ein einjähriges Kind.
        Um acht Uhr, gegen siebzehn Uhr dreißig; um acht Uhr, etwa zehn. = Um 8 Uhr, gegen 17:30 Uhr; um 8 Uhr, etwa 10.
        Ein paar hundert Euro, einige tausend Euro, zwei Euro fünf.
        Es hat minus fünf Grad. Die PIN ist eins zwei drei vier. = Es hat -5 Grad. Die PIN ist 1234.
        Am einundzwanzigsten dritten zweitausendvierundzwanzig, bis zum ersten sechsten. = Am 21.3.2024, bis zum 1.6.
        Kapitel eins, Artikel eins. = Kapitel 1, Artikel 1.
        Version drei Punkt elf. = Version 3.11.
        Null Grad. = 0 Grad.
        Es steht zwei zu eins. = Es steht 2 zu 1.
        Es steht drei zu null. = Es steht 3 zu 0.
        Der erste zweite Versuch.
        Ludwig vierzehn war König.
        Hundertzwanzigtausend Menschen. Papst Sixtus fünf lebte. = 120.000 Menschen. Papst Sixtus fünf lebte.
    """,
    "es": """
        Vi a Carlos veinte días después. Alfonso doce fue rey. = Vi a Carlos 20 días después. Alfonso doce fue rey.
        Carlos veinte personas. = Carlos 20 personas.
        Uno de ellos tiene veintiún años. = Uno de ellos tiene 21 años.
        Nací el tres de mayo de mil novecientos ochenta y cuatro. = Nací el 3 de mayo de 1984.
        En dos mil veinticuatro. = En 2024.
        Mi teléfono es cinco cinco cinco uno dos tres cuatro. = Mi teléfono es 5551234.
        Tres coma uno cuatro uno cinco. = 3,1415.
        A las diez y treinta. = A las 10:30.
        Son las tres y media, las tres y cuarto, las diez menos cuarto.
        Tres euros con cincuenta. = 3,50 euros.
        Doce euros y cincuenta céntimos, dos mil euros. = 12,50 euros, 2000 euros.
        El cinco por ciento, el cien por cien. = El 5 %, el 100 %.
        Ciento un dálmatas, treinta y un días. = 101 dálmatas, 31 días.
        Espera un segundo. El segundo piso, mi cuarto, mil gracias.
        Dos tercios de la población; uno o dos.
        Somos dos o tres. = Somos 2 o 3.
        Dos millones de personas, un millón de gracias. = 2 millones de personas, un millón de gracias.
        Uno, dos, tres. = 1, 2, 3.
        Unos cientos de personas, unas mil y una noches.
        El uno de octubre a las siete y cinco, a las catorce treinta. = El 1 de octubre a las 7:05, a las 14:30.
        El vigésimo primer siglo; tres centésimas; un metro ochenta. = El 21º siglo; tres centésimas; 1 metro 80.
        Mil dólares, menos cinco grados. El código es uno dos tres cuatro. = 1000 dólares, -5 grados. El código es 1234.
        Dos coma cinco millones de euros; cincuenta centavos. = 2,5 millones de euros; 50 centavos.
        Veintidos, veintitres. = 22, 23.
        Capítulo uno. = Capítulo 1.
        Marque uno para español. = Marque 1 para español.
        Dos a cero. = 2 a 0.
        Vivo en la calle Mayor veintiuno; Alfonso trece murió. = Vivo en la calle Mayor 21; Alfonso trece murió.
    """,
    "pt": """
        Um deles tem vinte e um anos. = Um deles tem 21 anos.
        Nasci em mil novecentos e oitenta e quatro, no dia três de maio. = Nasci em 1984, no dia 3 de maio.
        Em dois mil e vinte e quatro. = Em 2024.
        O telefone é cinco cinco cinco um dois três quatro. = O telefone é 5551234.
        Três vírgula um quatro um cinco. = 3,1415.
        Às dez e trinta, às dez horas e quinze. = Às 10h30, às 10h15.
        Às três e meia, um quarto de hora.
        Três reais e cinquenta centavos. = 3,50 reais.
        Cinquenta reais, dois mil euros. = 50 reais, 2000 euros.
        Cinquenta por cento dos casos. = 50% dos casos.
        Cento e um dálmatas. = 101 dálmatas.
        Segunda-feira, na quarta e na sexta. O quarto é grande. Só um segundo.
        Dois terços da população; um ou dois.
        Somos dois ou três. = Somos 2 ou 3.
        Dois milhões de pessoas, um milhão de vezes. = 2 milhões de pessoas, um milhão de vezes.
        Um, dois, três. = 1, 2, 3.
        O dia um de outubro às sete e cinco. = O dia 1 de outubro às 7h05.
        Cinco meia três sete; às três e meia; umas cem pessoas. = 5637; às três e meia; umas cem pessoas.
        Versão três ponto catorze; mil reais, menos cinco graus. = Versão 3.14; 1000 reais, -5 graus.
        Dois vírgula cinco milhões; cinco escravos, três doze avos. = 2,5 milhões; 5 escravos, três doze avos.
        Capítulo um. Disque um para português. Dois a zero. = Capítulo 1. Disque 1 para português. 2 a 0.
        Moro na rua Augusta trinta e um; cento e vinte mil pessoas. = Moro na rua Augusta 31; 120.000 pessoas.
    """,
    "it": """
        Uno di loro ha ventuno anni. = Uno di loro ha 21 anni.
        Nel millenovecentottantaquattro e nel duemilaventiquattro. = Nel 1984 e nel 2024.
        Il numero è cinque cinque cinque uno due tre quattro. = Il numero è 5551234.
        Tre virgola uno quattro uno cinque. = 3,1415.
        Alle dieci e trenta, alle otto. = Alle 10:30, alle 8.
        Le tre e mezza, le tre e un quarto, le dieci meno un quarto.
        Tre euro e cinquanta. = 3,50 euro.
        Venti euro e dieci centesimi, duemila euro. = 20,10 euro, 2000 euro.
        Cinquanta per cento delle persone. = 50% delle persone.
        La carica dei centouno. = La carica dei 101.
        Aspetta un secondo. Secondo me sei bravo, tu sei il primo.
        Ha sei anni e il primo maggio fa festa. = Ha 6 anni e il 1º maggio fa festa.
        Due terzi della popolazione; uno o due.
        Nel ventunesimo secolo. = Nel 21º secolo.
        Due milioni di persone, un milione di euro. = 2 milioni di persone, un milione di euro.
        Centottantuno cani. = 181 cani.
        Cinquanta centesimi, due euro e cinque centesimi. = 50 centesimi, 2,05 euro.
        L'otto marzo, l'ottanta per cento; all'una, nell'Ottocento. = L'8 marzo, l'80%; all'una, nell'Ottocento.
        Alle quattordici e quindici; alle due e tre; un metro e ottanta. = Alle 14:15; alle 2 e 3; 1 metro e 80.
        Enrico ottavo e Luigi quattordici. Due euro e cinque.
        Le mille e una notte; cento euro, meno cinque gradi. = Le mille e una notte; 100 euro, -5 gradi.
        Due virgola cinque milioni; ventitrè; alle ore diciotto e trenta. = 2,5 milioni; 23; alle ore 18:30.
        Versione tre punto undici. = Versione 3.11.
        Capitolo uno. = Capitolo 1.
        Prema uno per l'italiano. = Prema 1 per l'italiano.
        Abito in via Garibaldi ventuno, con centoventimila persone. = Abito in via Garibaldi 21, con 120.000 persone.
    """,
    "nl": """
        Een van hen is eenentwintig jaar oud. = Een van hen is 21 jaar oud.
        In negentien vierentachtig en tweeduizend vierentwintig. = In 1984 en 2024.
        In negentienhonderdvierentachtig. = In 1984.
        Bel vijf vijf vijf een twee drie vier. = Bel 5551234.
        Drie komma een vier een vijf. = 3,1415.
        Om tien uur dertig, om acht uur. = Om 10.30 uur, om 8 uur.
        Het is half tien, kwart over acht, tien voor half twee.
        Drie euro vijftig per stuk. = 3,50 euro per stuk.
        Twaalf euro en vijftig cent. = 12,50 euro.
        Vijftig procent, honderd procent. = 50%, 100%.
        Honderd en een honden, honderd mensen. = 101 honden, honderd mensen.
        Wacht een seconde. De tweede man, een of twee.
        Twee derde van de mensen.
        De eenentwintigste eeuw, de vijfde mei. = De 21e eeuw, de 5e mei.
        Twee miljoen mensen, een miljoen sterren. = 2 miljoen mensen, een miljoen sterren.
        Een, twee, drie. = 1, 2, 3.
        Een paar honderd euro, twee euro vijf.
        Om zeven uur vijf; een meter tachtig; min vijf graden. = Om 7.05 uur; 1 meter 80; -5 graden.
        De twintigjarige man. De code is een twee drie vier. = De 20-jarige man. De code is 1234.
        Twee komma vijf miljoen. = 2,5 miljoen.
        Versie drie punt elf. = Versie 3.11.
        Hoofdstuk een. = Hoofdstuk 1.
        Toets een voor Nederlands. = Toets 1 voor Nederlands.
        Koning Willem drie leefde toen. Twaalfduizend mensen. = Koning Willem drie leefde toen. 12.000 mensen.
        Zie koning Willem drie lopen.
    """,
    "da": """
        En af dem er enogtyve år. = En af dem er 21 år.
        I nitten fireogfirs og to tusind og fireogtyve. = I 1984 og 2024.
        I nitten hundrede fireogfirs. = I 1984.
        Ring fem fem fem en to tre fire. = Ring 5551234.
        Tre komma en fire en fem. = 3,1415.
        Klokken ti tredive, klokken otte. = Klokken 10.30, klokken 8.
        Halv ti, kvart over otte.
        Tre kroner og halvtreds øre. = 3,50 kroner.
        Tyve kroner, to tusind kroner. = 20 kroner, 2000 kroner.
        Halvtreds procent af dem. = 50 % af dem.
        Hundrede og en hunde, hundrede mennesker. = 101 hunde, hundrede mennesker.
        Vent et sekund. Den anden verdenskrig, en eller to.
        To tredjedele af befolkningen.
        Den femte maj. = Den 5. maj.
        To millioner mennesker, en million stjerner. = 2 millioner mennesker, en million stjerner.
        En, to, tre. = 1, 2, 3.
        Vi har to. En mand kom. = Vi har 2. En mand kom.
        En tyveårig mand; minus fem grader; hundrede kroner. = En 20-årig mand; -5 grader; 100 kroner.
        Et par hundrede kroner, to kroner fem.
        Koden er en to tre fire. = Koden er 1234.
        To komma fem millioner. = 2,5 millioner.
        Version tre punktum elleve. = Version 3.11.
        Kapitel et. = Kapitel 1.
        Tre kvarter.
        Der levede kong Frederik ni her. Tolv tusind dage. = Der levede kong Frederik ni her. 12.000 dage.
    """,
}
