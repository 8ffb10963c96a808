"""HTML page of the OpenAPI description; its one script, of the web page, sends requests to the deployment itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

Schema = dict[str, Any]

_STYLE = """
/* The colours of the web page. */
:root { color-scheme: light dark; --line: light-dark(#dcd9d3, #363a40); --quiet: light-dark(#5b5f64, #a8acb1);
--mark: light-dark(#0b6868, #4fc3c0); background: light-dark(#fbfaf8, #15171a); color: light-dark(#1c1d1f, #e9e7e2); }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 6rem; }
h1 { margin-bottom: 0; } h2 { margin: 3rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
nav ul { columns: 2; padding-left: 1.2rem; } a { color: var(--mark); }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .8rem;
border: 1px solid var(--line); border-radius: .4rem; background: light-dark(#f3f1ed, #111315); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
label { display: grid; gap: .2rem; max-width: 40rem; } input, textarea { box-sizing: border-box; width: 100%; }
button, input, textarea { font: inherit; color: inherit; background: light-dark(#fff, #1d2024);
padding: .3rem .7rem; border: 1px solid light-dark(#8b8880, #70757c); border-radius: .4rem; }
.method { color: var(--mark); font-weight: 600; } .quiet { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td:first-child { min-width: 8rem; }
@media (max-width: 40rem) { nav ul { columns: 1; overflow-wrap: anywhere; } tr:has(th) { display: none; }
tr { display: block; border-bottom: 1px solid var(--line); padding: .3rem 0; }
td { display: block; border: 0; padding: 0; } }
"""

_START = """curl -L "$EARSHOT_URL/v1/listen?model=whisper&amp;smart_format=true" \\
  -H "Authorization: Token $EARSHOT_KEY" --data-binary @speech.wav

# Deepgram's and OpenAI's own clients: only the address changes
DeepgramClient(api_key=KEY, environment=DeepgramClientEnvironment(base=EARSHOT_URL, …))
OpenAI(api_key=KEY, base_url=f"{EARSHOT_URL}/v1")"""


def page(description: Schema) -> str:
    """Return the page of an OpenAPI description that infra/openapi/document.py made."""
    info, prefix = description["info"], description["servers"][0]["url"]
    operations = [
        (method.upper(), prefix + path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    links = "".join(
        f'<li><a href="#{op["operationId"]}"><code>{method} {path}</code></a></li>' for method, path, op in operations
    )
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<link rel="icon" href="/v1/favicon.ico" type="image/svg+xml">',
            f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style>",
            # Not under a version: the description is written before the page's files have one.
            '<script type="module" src="/v1/page/docs/try.js"></script></head><body>',
            '<main><p><a href="/v1/">The page</a></p>',
            f"<h1>{escape(info['title'])}</h1><p>{escape(info['summary'])}</p>",
            f'<p>{_prose(info["description"])} <a href="openapi.json">OpenAPI description</a></p>',
            f"<pre>{_START}</pre><nav><ul>{links}</ul></nav>",
            *(_operation(method, path, operation) for method, path, operation in operations),
            "<h2>Bodies</h2>",
            *(_body(name, schema) for name, schema in description["components"]["schemas"].items()),
            "</main></body></html>",
        )
    )


def _operation(method: str, path: str, operation: Schema) -> str:
    title = f'<h2 id="{operation["operationId"]}">{escape(operation["summary"])}</h2>'
    parts = [f'{title}<p><code><span class="method">{method}</span> {escape(path)}</code></p>']
    if description := operation.get("description"):
        parts.append(f"<p>{_prose(description)}</p>")
    rows = [
        (f"<code>{escape(p['name'])}</code>", _type(p["schema"]), _prose(p.get("description", "")))
        for p in operation.get("parameters", [])
    ]
    parts.append(_table(("Parameter", "Type", ""), rows))
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<p>Body <code>{kind}</code></p>{_members(content['schema'])}")
    answers = [
        (f"<code>{status}</code>", _contents(answer), _prose(answer["description"]))
        for status, answer in operation["responses"].items()
    ]
    return "".join([*parts, _table(("Answer", "Body", ""), answers)])


def _body(name: str, schema: Schema) -> str:
    return f'<h3 id="{name}">{name}</h3><p>{_prose(schema.get("description", ""))}</p>{_members(schema)}'


def _members(schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        (f"<code>{escape(name)}</code>", _type(member), _note(member, name in required))
        for name, member in schema.get("properties", {}).items()
    ]
    return _table(("Member", "Type", ""), rows)


def _note(member: Schema, required: bool) -> str:
    return _prose(" ".join(filter(None, ("" if required else "*optional*", member.get("description", "")))))


def _type(schema: Schema) -> str:
    if name := schema.get("$ref", "").rpartition("/")[2]:
        return f'<a href="#{name}">{name}</a>'
    if several := schema.get("oneOf") or schema.get("anyOf"):
        return " or ".join(map(_type, several))
    if "enum" in schema:
        return " ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" if schema["items"] else "list"
    if "properties" in schema:
        members = (f"{escape(name)}: {_type(member)}" for name, member in schema["properties"].items())
        return f"{{ {', '.join(members)} }}"
    kind = schema.get("type", "anything")
    limits = f"{schema.get('minimum', '')}…{schema.get('maximum', '')}" if "maximum" in schema else ""
    return escape(" ".join(filter(None, (" or ".join(kind) if isinstance(kind, list) else kind, limits))))


def _contents(answer: Schema) -> str:
    kinds = answer.get("content", {}).items()
    return "<br>".join(
        f'{_type(content["schema"])} <span class="quiet">{escape(kind)}</span>' for kind, content in kinds
    )


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{title}</th>" if title else "<td></td>" for title in titles)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{lines}</table>"


def _prose(text: str) -> str:
    """Return HTML of the little Markdown that descriptions use."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text))
