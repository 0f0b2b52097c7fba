// Text reaches the page through text nodes and attributes only, so nothing a service wrote can become markup.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  dress(element, attributes);
  append(element, children);
  return element;
}

function draw(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  dress(element, attributes);
  append(element, children);
  return element;
}

function dress(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== "") element.setAttribute(name, value);
  }
}

function append(element, children) {
  element.append(...children.flat().filter((child) => child !== ""));
}

// What is cut off can be reached without a mouse; what is not is no stop of the tab key.
function letKeysScroll(home) {
  for (const box of home.querySelectorAll(".lines, .answer, .scroll, .pair > div")) {
    if (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  }
}

const find = (identity) => document.getElementById(identity);

// Where the page is shown inside another one, its address cannot be changed.
function keepInAddress(fragment) {
  try { history.replaceState(null, "", fragment || location.pathname + location.search); } catch { return; }
}

function spellMs(ms) {
  if (ms < 1) return ms > 0 ? `${ms.toFixed(1)} ms` : "0 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} m ${Math.round(seconds) % 60} s`;
}

const spellCount = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const SIGNS = { passed: "✓", failed: "✗", flaky: "≈", inconclusive: "?", skipped: "–" };
const sign = (verdict) => make("span", { class: `sign ${verdict}`, role: "img", "aria-label": verdict, title: verdict }, SIGNS[verdict]);

// Where the clipboard is closed to the page, what is to be copied is shown and selected.
function copyButton(text, words = text) {
  return make("button", { type: "button", class: "copy", title: "Copy", click: async (event) => {
    const button = event.currentTarget;
    try { await navigator.clipboard.writeText(text); } catch { button.textContent = text; getSelection().selectAllChildren(button); return; }
    button.classList.add("is-done");
    setTimeout(() => button.classList.remove("is-done"), 1200);
  } }, words);
}

const isCommand = (text) => text.startsWith("dovetail ");
const nextSteps = (steps) => make("div", { class: "next" }, make("span", { class: "soft" }, "next"),
  steps.map((step) => (isCommand(step) ? copyButton(step) : make("span", {}, step))));
