"""What MkDocs adds to the pages of this folder: the examples and the changelog, as they stand.

Links from pages to ``examples/`` lead to the files where the sources are read, and to pages of
the site where the site is read.
"""

import ast
import json
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


def on_config(config):
    """Put the examples into the navigation, before what the site says about itself."""
    listed = [{page["title"]: name} for name, page in example_pages().items()]
    config.nav.insert(-1, {"Examples": listed})
    return config


def on_files(files, config):
    """Make a page of each example, and one of the changelog."""
    for name, page in example_pages().items():
        files.append(File.generated(config, name, content=page["text"]))
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    files.append(File.generated(config, "changelog.md", content=changelog))
    return files


def on_page_markdown(markdown, **_):
    """Turn links out of this folder into links to the pages made of what they name."""
    markdown = re.sub(r"\]\(((?:\.\./)*)\.\./CHANGELOG\.md\)", r"](\1changelog.md)", markdown)
    return re.sub(
        r"\]\(((?:\.\./)*)\.\./examples/(?:(\w+)\.py|(notebooks/\w+)\.ipynb|(protocols)(?:/[\w.]*)?)\)",
        lambda match: f"]({match[1]}examples/{match[2] or match[3] or match[4]}.md)",
        markdown,
    )


def example_pages():
    """Return title and text of the page of each example, by its place in the site."""
    pages = {f"examples/{path.stem}.md": _script(path) for path in sorted(EXAMPLES.glob("*.py"))}
    pages["examples/protocols.md"] = _protocols()
    for path in sorted((EXAMPLES / "notebooks").glob("*.ipynb")):
        pages[f"examples/notebooks/{path.stem}.md"] = _notebook(path)
    return pages


def _script(path):
    source = path.read_text("utf-8")
    title = path.stem.replace("_", " ").capitalize()
    about = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    text = f"# {title}\n\n{about}\n\n`examples/{path.name}`\n\n```python\n{source}```\n"
    return {"title": title, "text": text}


def _protocols():
    parts = ["# Protocols\n\nOne protocol for each construct of [the language](../ucp.md).\n"]
    for path in sorted((EXAMPLES / "protocols").glob("*.yaml")):
        title = path.stem.replace("_", " ").capitalize()
        parts.append(f"## {title}\n\n```yaml\n{path.read_text('utf-8')}```\n")
    return {"title": "Protocols", "text": "\n".join(parts)}


def _notebook(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    parts = [_cell(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    title = path.stem.lstrip("0123456789_").replace("_", " ").capitalize()
    text = f"`examples/notebooks/{path.name}`\n\n" + "\n\n".join(parts) + "\n"
    return {"title": f"Notebook: {title}", "text": text}


def _cell(kind, source):
    return f"```python\n{source}\n```" if kind == "code" else source
