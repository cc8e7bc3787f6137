"""Whatever a page says can be read, by day and by night: its contrast is that of WCAG 2.2, 1.4.3."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from tests.browser.conftest import People
from workbench import Workbench, open_sheet

STUDENTS = "email,full_name\nada@x.example,Ada Park\nben@x.example,Ben Fox\nwrong,Cy Low\n"
_TOO_PALE = """() => {
  const numbers = (colour) => { const all = colour.match(/[\\d.]+/g).map(Number); return [...all, 1].slice(0, 4); };
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
  const part = (value) => value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([red, green, blue]) => 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  const isSeen = (element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true})
    && !element.closest("svg, style, script, .unseen, [disabled], [aria-disabled=true], [data-testid=stIconMaterial]");
  const app = document.querySelector("[data-testid=stApp]"), pale = [];
  const texts = document.createTreeWalker(app, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement, said = texts.currentNode.data.trim();
    if (!said || !isSeen(element) || !element.getBoundingClientRect().width) continue;
    const around = [];
    for (let each = element; each; each = each.parentElement) around.unshift(getComputedStyle(each));
    const overlaid = (style) => /rgba?\\([^)]*\\)/.exec(style.backgroundImage)?.[0];
    const shades = around.flatMap((style) => [style.backgroundColor, overlaid(style)]);
    const ground = shades.filter(Boolean).map(numbers).reduce((below, top) => over(top, below), [255, 255, 255, 1]);
    const ink = numbers(around.at(-1).color);
    ink[3] *= around.reduce((seen, style) => seen * Number(style.opacity), 1);
    const [more, less] = [light(over(ink, ground)), light(ground)].sort((one, other) => other - one);
    const large = parseFloat(around.at(-1).fontSize) >= 24;
    const contrast = (more + 0.05) / (less + 0.05);
    if (contrast < (large ? 3 : 4.5)) pale.push(`${said.slice(0, 40)}: ${contrast.toFixed(2)}`);
  }
  return [...new Set(pale)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_page_says_is_not_too_pale(
    person: People, wb: Workbench, file: Callable[..., Path], scheme: Literal["light", "dark"]
) -> None:
    done = wb.import_sheet(open_sheet(file(STUDENTS, "students.csv")), "elevate.students", skip_errors=True)
    ana = person()
    ana.window.emulate_media(color_scheme=scheme)
    for page in ("", "validate", "reconcile", "contracts"):
        ana.visit(page, **({"batch": done.id} if page in ("validate", "reconcile") else {}))
        assert ana.window.evaluate(_TOO_PALE) == []
