"""What the browser itself remembers and does: who works there, and that no click is lost to the next one."""

import json
from urllib.parse import quote, unquote

import streamlit as st

from workbench.doors.web.kept_scripts import large_scripts

_PERSON = "workbench_person"
"""The cookie that says who works here, for as long as the browser is open."""


def working_as(user: str) -> None:
    """Asks who works here: the browser remembers it, across a reload, links and windows, until there is a sign-in."""
    cookie = st.context.cookies.get(_PERSON)
    remembered = unquote(cookie).strip() if isinstance(cookie, str) else ""  # a page's tests have something else there
    said = st.text_input(
        "Working as",
        value=remembered or user,
        key="person",
        help="Your name stands in logs, explanations and signatures. There is no sign-in yet.",
    )
    if remembered or said != user:
        _run(f"document.cookie = '{_PERSON}={quote(said, safe='')}; path=/; SameSite=Strict'")


def set_up() -> None:
    """Has a click wait until the page has answered what was done before it, what is copied be the text itself, and the
    keys of undo and redo belong to the field that somebody types in.

    Streamlit ends an answer that is under way when the next click comes, and forgets the click before if it had not
    come to it yet; and a cell that was just edited is told with a delay, after a click that follows at once. Signs that
    nobody sees keep Markdown from making links and pictures of a text (see `words.text`): they are not copied, and
    what a page showed is found by them in no box, however it came there, so that they are taken out of every one. The
    shortcut of a button of Streamlit holds for the whole page: whoever takes back a word in a field would take back the
    last of the saved work. That the server does not answer is said in our words: Streamlit asks for the internet, of
    which no page has any need. Once it answers again, the page is asked for anew: what was under way may be done by
    then, and Streamlit leaves what it showed before. What a page adds to its address by itself, such as the import that
    somebody is at, is no step of its own: the browser's way back would lead to where that is added anew.

    The large scripts that a table and a chart need are fetched ahead: the first page that has one would wait for some
    megabytes. That of a table is held ready, for it is begun with anew in each frame; that of a chart is kept, when
    there is nothing else to do. All that is one script, for each costs a page its time.
    """
    _run(_CLICKS + _COPIES + _UNDO_IN_FIELDS + _AWAY + _STEPS + _AHEAD % json.dumps(large_scripts()))


def focus_on_input(key: str) -> None:
    """Puts the cursor into the input of a container that has just been opened, its text chosen, so that typing is in
    the place of it; Streamlit leaves it where it was."""
    _run(f"""
    (() => {{
      let tries = 40;  // the input comes with the same answer, perhaps after this
      const look = () => {{
        const input = document.querySelector('[class*="st-key-{key}"] input');
        if (!input) return void (tries-- && setTimeout(look, 25));
        input.focus();
        input.select();
      }};
      look();
    }})();
    """)


_SOUGHT = "browser sought"
"""Where the session keeps the container that is to come in sight, and how often one was."""


def seek(key: str) -> None:
    """Asks for a container that is to come in sight with the next answer (`go_to_sought`)."""
    _, before = st.session_state.get(_SOUGHT, ("", 0))
    st.session_state[_SOUGHT] = key, before + 1


def go_to_sought() -> None:
    """Scrolls to the container that was asked for, once the page has answered, unless all of it is in sight."""
    key, turn = st.session_state.get(_SOUGHT, ("", 0))
    if not key:
        return
    st.session_state[_SOUGHT] = "", turn
    _run(f"""
    (() => {{
      let tries = 200;  // of turn {turn}: a script that is the same is not run again
      const look = () => {{
        const found = document.querySelector('.st-key-{key}');
        const state = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState;
        if (!found || state !== "notRunning") return void (tries-- && setTimeout(look, 50));
        const at = found.getBoundingClientRect();
        found.style.scrollMarginTop = "4.5rem";  // below the head of the page, which stays
        if (at.top < 60 || at.bottom > innerHeight) found.scrollIntoView({{block: "start"}});
      }};
      setTimeout(look, 50);
    }})();
    """)


def _run(script: str) -> None:
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


_CLICKS = """
(() => {
  if (window.workbenchClicks) return;
  window.workbenchClicks = true;
  const TOLD = 250;      // milliseconds until a click or an edited cell is told to the server, and it begins to answer
  const ENABLED = 2000;  // a busy server begins later to answer an edit that enables a button
  const LONGEST = 8000;  // an answer that takes longer is interrupted: somebody wants to leave
  let touched = 0, passing = false;
  const waiting = [];
  const app = () => document.querySelector('[data-testid="stApp"]');
  const quiet = () => Date.now() > touched + TOLD && app()?.dataset.testScriptState === "notRunning";
  const touch = (event) => {
    if (event.target.closest?.('[data-testid="stDataFrame"], #portal')) touched = Date.now();
  };
  for (const kind of ["pointerdown", "pointerup", "keydown", "paste"]) document.addEventListener(kind, touch, true);
  document.addEventListener("pointerdown", () => {  // a cell that is edited in a frame is told when it is left
    if (document.activeElement?.localName === "iframe") touched = Date.now();
  }, true);
  window.addEventListener("message", (event) => {
    if (event.data?.type === "streamlit:setComponentValue") touched = Date.now();
  }, true);
  const next = () => {
    if (!waiting.length) return;
    const [element, since, place] = waiting[0];
    const target = element.isConnected ? element : place && document.querySelector(place);
    const early = target?.disabled && Date.now() < since + ENABLED;
    if ((early || !quiet()) && Date.now() < since + LONGEST) return void setTimeout(next, 30);
    waiting.shift();
    touched = Date.now();
    passing = true;
    try { target?.click(); }
    finally { passing = false; }
    if (waiting.length) setTimeout(next, 30);
  };
  const wait = (element) => {
    const names = [...(element.closest('[class*="st-key-"]')?.classList ?? [])];
    const key = names.find((name) => name.startsWith("st-key-"));
    waiting.push([element, Date.now(), key && `.${CSS.escape(key)} ${element.localName}`]);
    if (waiting.length === 1) next();
  };
  document.addEventListener("click", (event) => {
    const element = event.target.closest?.("button, a, label");
    if (passing || !event.isTrusted || !element || !app()?.contains(element) || event.ctrlKey || event.metaKey) return;
    if (element.closest('[data-testid="stDataFrame"]')) return;
    if (!waiting.length && quiet()) {
      touched = Date.now();
      return;
    }
    event.stopImmediatePropagation();
    event.preventDefault();
    wait(element);
  }, true);
  document.addEventListener("pointerup", (event) => {  // a button that the answer under way may enable
    const button = document.elementFromPoint(event.clientX, event.clientY)?.closest("button:disabled");
    if (button && app()?.contains(button) && (!quiet() || Date.now() < touched + ENABLED)) wait(button);
  }, true);
})();
"""
_COPIES = r"""
(() => {
  if (window.workbenchCopies) return;
  window.workbenchCopies = true;
  const OURS = /(?<=[:<>=~w-])\u2060|\u2060(?=[@:./])/gi;  // where `words` puts one; a text may have others of its own
  document.addEventListener("copy", (event) => {
    const chosen = window.getSelection(), text = String(chosen);
    if (event.defaultPrevented || event.target.closest?.("input, textarea") || text.search(OURS) < 0) return;
    const whole = document.createElement("div");
    for (let at = 0; at < chosen.rangeCount; at++) whole.append(chosen.getRangeAt(at).cloneContents());
    event.clipboardData.setData("text/plain", text.replace(OURS, ""));
    event.clipboardData.setData("text/html", whole.innerHTML.replace(OURS, ""));
    event.preventDefault();
  });
  window.addEventListener("input", (event) => {  // before the field itself sees what was typed, dropped or filled in
    const field = event.target;
    if (!["input", "textarea"].includes(field.localName) || event.isComposing || field.value.search(OURS) < 0) return;
    const given = field.value, at = field.selectionStart;
    const {set} = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
    set.call(field, given.replace(OURS, ""));  // the field's own would have React take it for no change
    if (at === null) return;
    const before = at - [...given.matchAll(OURS)].filter((sign) => sign.index < at).length;
    field.setSelectionRange(before, before);
  }, true);
})();
"""
_UNDO_IN_FIELDS = """
(() => {
  if (window.workbenchFields) return;
  window.workbenchFields = true;
  const NOT_TYPED = ["button", "checkbox", "color", "file", "radio", "range", "reset", "submit"];
  const isTyped = (element) => element.localName === "textarea" || element.isContentEditable
    || element.localName === "input" && !NOT_TYPED.includes(element.type);
  document.documentElement.addEventListener("keydown", (event) => {  // after the field, before the shortcuts
    const isUndo = (event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase());
    if (isUndo && isTyped(event.composedPath()[0])) event.stopPropagation();
  });
})();
"""
_STEPS = """
(() => {
  if (window.workbenchSteps) return;
  window.workbenchSteps = true;
  const push = history.pushState.bind(history), replace = history.replaceState.bind(history);
  let untouched = true;  // nobody has done anything since the last step
  for (const kind of ["pointerdown", "keydown", "drop"]) {
    document.addEventListener(kind, () => { untouched = false; }, true);
  }
  addEventListener("popstate", () => { untouched = true; });
  const step = (state, unused, url) => {
    push(state, unused, url);
    untouched = true;
  };
  history.pushState = (state, unused, url) => {
    const isHere = new URL(url ?? "", location.href).pathname === location.pathname;
    (isHere && untouched ? replace : step)(state, unused, url);
  };
  // a box whose text stands in the address puts it there in the place of what was asked before
  history.replaceState = (state, unused, url) => {
    const next = new URL(url ?? "", location.href);
    const isOther = next.pathname === location.pathname && next.search !== location.search;
    (isOther && !untouched ? step : replace)(state, unused, url);
  };
})();
"""
_AHEAD = """
(() => {
  if (window.workbenchAhead) return;
  window.workbenchAhead = true;
  const own = document.querySelector('script[src*="static/js/"]')?.src;
  if (!own) return;
  const root = own.slice(0, own.lastIndexOf("static/js/"));
  const ahead = () => {
    for (const [path, rel] of Object.entries(%s)) {
      const link = document.createElement("link");
      Object.assign(link, {rel, as: "script", href: root + path});
      document.head.append(link);
    }
  };
  if (window.requestIdleCallback) requestIdleCallback(ahead, {timeout: 3000});  // after the page itself
  else setTimeout(ahead, 1000);
})();
"""
_AWAY = """
(() => {
  if (window.workbenchAway) return;
  window.workbenchAway = true;
  const OURS = {
    "Connection error": "Workbench does not answer",
    "Streamlit server is not responding. Are you connected to the internet?":
      "It was stopped, or is about to be started again. What was saved is kept. Start it where it runs "
      + "(workbench serve): this page then goes on by itself.",
  };
  new MutationObserver(() => {
    for (const told of document.querySelectorAll('[data-testid="stDialog"] :is(h2, h2 + div *)')) {
      const text = told.firstChild;
      if (text?.nodeType === Node.TEXT_NODE && text.data in OURS) text.data = OURS[text.data];
    }
  }).observe(document.body, {childList: true});
  const app = document.querySelector('[data-testid="stApp"]');
  const isThere = () => app.dataset.testConnectionState === "CONNECTED";
  let wasAway = false;
  new MutationObserver(() => {
    if (!isThere()) wasAway = true;
    else if (wasAway) {
      wasAway = false;  // its own key asks anew, and leaves what is typed
      const key = {key: "r", code: "KeyR", keyCode: 82, which: 82, bubbles: true};
      document.body.dispatchEvent(new KeyboardEvent("keydown", key));
    }
  }).observe(app, {attributeFilter: ["data-test-connection-state"]});
})();
"""
