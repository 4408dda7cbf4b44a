/** The style sheet of the try page. The colours are those of the demo and of the service's pages. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f4f6f8, #0f141a);
  --card: light-dark(#ffffff, #181f27);
  --ink: light-dark(#16202b, #e8edf2);
  --soft: light-dark(#536171, #a3b0bd);
  --line: light-dark(#d8dfe6, #2d3843);
  --edge: light-dark(#7d8a97, #75838f);
  --accent: light-dark(#0b5fd0, #6cabff);
  --accent-ink: light-dark(#ffffff, #06172c);
  --good: light-dark(#0a6b3b, #7fdca6);
  --warn: light-dark(#7a4b00, #f5c667);
  --warn-wash: light-dark(#fdeecb, #372706);
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); padding: 1rem clamp(.6rem, 2vw, 2rem) 2rem; }
main { max-width: 76rem; margin: 0 auto; display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
h1, h2, h3, h4, p, ol { margin: 0; }
h1 { font-size: 1.5rem; line-height: 1.2; }
h2 { font-size: 1.15rem; }
h2 small { font-weight: 400; color: var(--soft); font-size: .9rem; }
h3 { font-size: 1rem; }
h4 { font-size: .95rem; }
[hidden] { display: none !important; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: pre-line; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.lead, .hint { color: var(--soft); }
.hint { font-size: .875rem; }
.warn { padding: .6rem .9rem; border-radius: .7rem; background: var(--warn-wash); color: var(--warn); font-weight: 600; }
.about p { max-width: 60rem; margin-top: .5rem; }
.line { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; }
.field { display: grid; gap: .15rem; font-size: .875rem; min-width: 0; }
button:not(.key, .switch) {
  font: inherit; min-height: 2.5rem; padding: .35rem .9rem; border-radius: .6rem; border: 1px solid var(--edge);
  background: var(--card); color: var(--ink); cursor: pointer; text-align: start;
}
button:not(.key, .switch):hover:enabled { border-color: var(--accent); }
input, select {
  font: inherit; min-height: 2.5rem; padding: .35rem .6rem; border-radius: .6rem; border: 1px solid var(--edge);
  background: var(--card); color: var(--ink); max-width: 100%;
}
:disabled { opacity: .55; cursor: default; }
section.time, section.adding, section.about, .stand {
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 1rem clamp(.75rem, 2vw, 1.25rem);
  display: grid; gap: .75rem; grid-template-columns: minmax(0, 1fr);
}
section.about { gap: 0; }
output { font-variant-numeric: tabular-nums; font-weight: 600; }
.stands { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
.stand { grid-template-columns: minmax(0, 26rem) minmax(0, 1fr); gap: 1rem 2rem; align-items: start; }
.stand > h2, .stand > .traffic { grid-column: 1 / -1; }
.stand > button { justify-self: start; }
.fob { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); justify-items: center; }
.case {
  width: 100%; max-width: 26rem; padding: 1.25rem 1rem 1.5rem; border-radius: 2.25rem 2.25rem 3.5rem 3.5rem;
  background: linear-gradient(165deg, #454b55 0%, #2b3037 38%, #1b1f24 100%); border: 1px solid #0c0e11;
  box-shadow: inset 0 1px 0 rgb(255 255 255 / .22), 0 18px 30px -18px rgb(0 0 0 / .6);
}
.banglejs2.case { border-radius: 2.5rem; }
.glass { padding: .75rem; border-radius: 1rem; background: #030508; border: 1px solid #000; }
.bay { display: grid; place-items: center; }
canvas { display: block; image-rendering: pixelated; }
canvas[data-on="true"] { filter: drop-shadow(0 0 4px rgb(110 185 255 / .45)); }
.copy { display: none; }
.brand { margin: .6rem 0 1rem; text-align: center; font-size: .75rem; font-weight: 600; letter-spacing: .42em; text-indent: .42em; color: #a3abb5; }
.keys { display: flex; flex-wrap: wrap; justify-content: center; gap: 1.5rem; min-height: 5.5rem; }
.key {
  width: 5.5rem; height: 5.5rem; padding: 0; border-radius: 50%; cursor: pointer; border: 1px solid #08090b;
  background: radial-gradient(circle at 38% 30%, #5b636e, #363c44 55%, #282d33);
  box-shadow: 0 0 0 .4rem #15181c, 0 0 0 calc(.4rem + 1px) rgb(255 255 255 / .1), 0 8px 14px rgb(0 0 0 / .5), inset 0 2px 2px rgb(255 255 255 / .25);
  touch-action: none; user-select: none; -webkit-user-select: none; -webkit-touch-callout: none;
  transition: transform .08s, filter .08s;
}
.key { color: #c6ccd4; font-size: 1.1rem; }
.banglejs2 .key { width: 3.5rem; height: 3.5rem; }
.key[data-down] { transform: scale(.965); filter: brightness(.85); }
.key:focus-visible { outline-color: #7db8ff; outline-offset: .55rem; }
.desk { width: 100%; display: grid; gap: .5rem; grid-template-columns: minmax(0, 1fr); justify-items: start; }
.switch {
  display: inline-flex; align-items: center; gap: .6rem; min-height: 2.5rem; padding: .2rem; border: 0; border-radius: .5rem;
  background: none; color: inherit; font: inherit; cursor: pointer; text-align: start;
}
.track {
  flex: none; width: 2.9rem; height: 1.6rem; border-radius: 1rem; border: 2px solid var(--edge);
  background: radial-gradient(circle closest-side at .62rem 50%, var(--edge) 92%, transparent); transition: background-color .15s;
}
.switch[aria-checked="true"] .track {
  border-color: var(--accent); background-color: var(--accent);
  background-image: radial-gradient(circle closest-side at calc(100% - .62rem) 50%, var(--card) 92%, transparent);
}
.state { color: var(--warn); font-weight: 600; }
.state:empty, .result:empty { display: none; }
details { width: 100%; border-top: 1px solid var(--line); padding-top: .4rem; display: grid; gap: .4rem; }
details > * + * { margin-top: .4rem; }
summary { cursor: pointer; padding: .3rem .1rem; border-radius: .25rem; }
pre { margin: 0; padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .5rem; font: 1rem/1.4 ui-monospace, monospace; white-space: pre-wrap; }
.service { display: grid; gap: .75rem; grid-template-columns: minmax(0, 1fr); }
.result { padding: .6rem .9rem; border-radius: .7rem; border: 1px solid var(--accent); }
.acts { margin: 0; padding: 0; border: 0; min-width: 0; display: grid; gap: .9rem; grid-template-columns: minmax(0, 1fr); }
.part { display: grid; gap: .4rem; justify-items: start; border-top: 1px solid var(--line); padding-top: .6rem; }
ol.log, ol.wire { max-height: 18rem; overflow: auto; padding: .25rem; list-style: none; font-size: .875rem; }
ol.log li { padding: .3rem 0; border-bottom: 1px solid var(--line); }
ol.wire li { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0 .75rem; padding: .35rem 0; border-bottom: 1px solid var(--line); }
ol.wire code { grid-column: 2; overflow-wrap: anywhere; color: var(--soft); }
ol.wire li[data-times] .way::after { content: " " attr(data-times); }
.way { color: var(--soft); }
li.in .way { color: var(--accent); }
footer { max-width: 76rem; margin: 1rem auto 0; }
footer pre { font-size: .8rem; max-height: 20rem; overflow: auto; }
.mark { color: var(--good); font-weight: 600; }
@media (min-width: 52.01rem) {
  .fob { position: sticky; top: 1rem; }
}
@media (max-width: 52rem) {
  html { scroll-padding-top: 9rem; }
  .stand { grid-template-columns: minmax(0, 1fr); }
  /* It takes no place, so that nothing moves when it comes. */
  .copy { display: grid; position: sticky; top: .25rem; z-index: 1; height: 0; margin-bottom: -1rem; justify-items: center; visibility: hidden; }
  .copy[data-away] { visibility: visible; }
  .copy .glass { width: 13.5rem; box-shadow: 0 8px 14px rgb(0 0 0 / .5); pointer-events: none; }
}
@media (max-width: 30rem) {
  .case { padding: 1rem .6rem 1.25rem; border-radius: 1.75rem 1.75rem 3rem 3rem; }
  .glass { padding: .5rem; }
  ol.wire li { grid-template-columns: minmax(0, 1fr); }
  ol.wire code { grid-column: 1; }
}
@media (prefers-reduced-motion: reduce) { .key, .track { transition: none; } }
@media (forced-colors: active) {
  .key, .track { border: 2px solid ButtonText; }
  .switch[aria-checked="true"] .track { background: Highlight; }
  .case { border: 1px solid CanvasText; }
  .glass { forced-color-adjust: none; border: 1px solid CanvasText; }
}
`;

/** The style of the page around the frame. */
export const outerStyle = `
html, body { margin: 0; height: 100%; overflow: hidden; color-scheme: light dark; }
iframe { display: block; width: 100%; height: 100%; border: 0; }
`;
