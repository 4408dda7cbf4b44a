import { panelCss } from '../panels/style.ts';

/** The faceplate page's style sheet and icon. */
export const styleCss = `
:root {
  color-scheme: light dark;
  --desk: light-dark(#eef0f3, #14171b);
  --desk-edge: light-dark(#d9dde3, #0d0f12);
  --ink: light-dark(#1d2126, #e6e9ee);
  --quiet-ink: light-dark(#565e69, #9aa3ae);
  --accent: light-dark(#0a62c9, #7db8ff);
  --warning: light-dark(#9a3412, #fdba74);
  --rule: light-dark(#c9ced6, #353b43);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: grid;
  place-items: center;
  padding: 1rem;
  background: radial-gradient(120% 90% at 50% 0%, var(--desk), var(--desk-edge));
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
main {
  width: 100%; max-width: 30rem; display: grid; grid-template-columns: minmax(0, 1fr);
  justify-items: center; gap: 1.5rem;
}
.unseen {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
  clip-path: inset(50%); white-space: pre-line;
}
:focus-visible { outline: 3px solid var(--accent); outline-offset: 4px; }

.fob { width: 100%; display: grid; grid-template-columns: minmax(0, 1fr); justify-items: center; }
.eyelet {
  width: 4rem; height: 4rem; margin-bottom: -1.9rem; border-radius: 50%;
  border: .55rem solid #9aa2ad;
  border-color: #c6ccd4 #9aa2ad #6d7580 #b3bac3;
  box-shadow: 0 2px 4px rgb(0 0 0 / .35), inset 0 2px 3px rgb(0 0 0 / .3);
}
.case {
  position: relative; width: 100%; padding: 1.75rem 1.5rem 1.75rem;
  border-radius: 2.75rem 2.75rem 4.5rem 4.5rem;
  background: linear-gradient(165deg, #454b55 0%, #2b3037 38%, #1b1f24 100%);
  border: 1px solid #0c0e11;
  box-shadow:
    inset 0 1px 0 rgb(255 255 255 / .22), inset 0 -14px 28px rgb(0 0 0 / .35),
    0 30px 50px -24px rgb(0 0 0 / .6), 0 4px 10px rgb(0 0 0 / .25);
}
.glass {
  position: relative; padding: .9rem; border-radius: 1.1rem; background: #030508;
  border: 1px solid #000;
  box-shadow: inset 0 2px 10px rgb(0 0 0 / .9), 0 1px 0 rgb(255 255 255 / .12);
}
.glass::after {
  content: ""; position: absolute; inset: 0; border-radius: inherit; pointer-events: none;
  background: linear-gradient(115deg, rgb(255 255 255 / .06) 0%, rgb(255 255 255 / .02) 30%, transparent 30.5%);
}
.bay { display: grid; place-items: center; }
#display { display: block; width: 256px; height: 128px; image-rendering: pixelated; }
#display[data-on="true"] { filter: drop-shadow(0 0 4px rgb(110 185 255 / .45)); }
.brand {
  margin: .9rem 0 1.4rem; text-align: center; font-size: .8rem; font-weight: 600;
  letter-spacing: .42em; text-indent: .42em; color: #8d96a1; text-shadow: 0 -1px 0 #000;
}
.keys { display: flex; flex-wrap: wrap; justify-content: center; gap: 1.25rem; }
.key {
  width: 6rem; height: 6rem; padding: 0; border-radius: 50%; cursor: pointer;
  border: 1px solid #08090b;
  background: radial-gradient(circle at 38% 30%, #5b636e, #363c44 55%, #282d33);
  box-shadow:
    0 0 0 .45rem #15181c, 0 0 0 calc(.45rem + 1px) rgb(255 255 255 / .1),
    0 8px 14px rgb(0 0 0 / .5), inset 0 2px 2px rgb(255 255 255 / .25), inset 0 -5px 9px rgb(0 0 0 / .4);
  touch-action: none; user-select: none; -webkit-user-select: none; -webkit-touch-callout: none;
  transition: transform .08s, box-shadow .08s, filter .08s;
}
.key:hover:enabled { filter: brightness(1.08); }
.key[data-down] {
  transform: scale(.965); filter: brightness(.9);
  box-shadow:
    0 0 0 .45rem #15181c, 0 0 0 calc(.45rem + 1px) rgb(255 255 255 / .1),
    0 2px 4px rgb(0 0 0 / .5), inset 0 4px 10px rgb(0 0 0 / .55);
}
.key:focus-visible { outline-color: #7db8ff; outline-offset: .65rem; }
.plug {
  width: 4.6rem; height: 2.4rem; border: 1px solid #6d7580; border-top: 0; border-radius: 0 0 .3rem .3rem;
  background:
    linear-gradient(#59616b, #59616b) 24% 45% / .8rem .55rem no-repeat,
    linear-gradient(#59616b, #59616b) 76% 45% / .8rem .55rem no-repeat,
    linear-gradient(90deg, #9aa2ad, #dfe3e8 22%, #c3c9d0 60%, #8d959f);
  box-shadow: inset 0 8px 10px -6px rgb(0 0 0 / .65), 0 6px 12px -4px rgb(0 0 0 / .4);
}

.desk { width: 100%; display: grid; grid-template-columns: auto 1fr; gap: .75rem 1.25rem; align-items: center; }
.switch {
  display: inline-flex; align-items: center; gap: .6rem; min-height: 2.75rem; padding: .25rem .25rem;
  border: 0; border-radius: .5rem; background: none; color: inherit; font: inherit; cursor: pointer;
}
.track {
  width: 2.9rem; height: 1.6rem; border-radius: 1rem; border: 2px solid var(--quiet-ink);
  background: radial-gradient(circle closest-side at .62rem 50%, var(--quiet-ink) 92%, transparent);
  transition: background-color .15s;
}
.switch[aria-checked="true"] .track {
  border-color: var(--accent); background-color: var(--accent);
  background-image: radial-gradient(circle closest-side at calc(100% - .62rem) 50%, var(--desk) 92%, transparent);
}
.hint { margin: 0; font-size: .875rem; color: var(--quiet-ink); }
details { grid-column: 1 / -1; border-top: 1px solid var(--rule); padding-top: .5rem; }
summary { cursor: pointer; padding: .35rem .25rem; border-radius: .25rem; }
pre {
  margin: .5rem 0 0; padding: .75rem 1rem; border: 1px solid var(--rule); border-radius: .5rem;
  font: 1rem/1.5 ui-monospace, monospace; white-space: pre-wrap; min-height: 3rem;
}
.link { grid-column: 1 / -1; margin: 0; color: var(--warning); }
body[data-connected="false"] .fob { opacity: .6; }
:disabled { cursor: default; }

@media (max-width: 26rem) {
  main { gap: 1.1rem; }
  .case { padding: 1.5rem 1rem; }
  .glass { padding: .75rem; }
}
@media (max-width: 21.5rem) {
  body { padding: .5rem; }
  .case { padding-inline: .6rem; border-radius: 2rem 2rem 3.5rem 3.5rem; }
  .glass { padding: .6rem; border-radius: .9rem; }
}
@media (max-height: 44rem) {
  main { gap: 1rem; }
  .case { padding-block: 1.25rem; }
  .brand { margin: .6rem 0 1rem; }
  .key { width: 5rem; height: 5rem; }
  .plug { height: 1.6rem; }
  .eyelet { width: 3rem; height: 3rem; margin-bottom: -1.5rem; }
}
@media (max-height: 20rem) {
  body { padding: .4rem; place-items: start center; }
  main { gap: .5rem; }
  .eyelet, .plug, .brand { display: none; }
  .case { padding: .6rem .6rem 1.1rem; border-radius: 1.5rem 1.5rem 2.5rem 2.5rem; }
  .glass { margin-bottom: .9rem; padding: .4rem; }
  .key { width: 4.5rem; height: 4.5rem; }
}
@media (prefers-reduced-motion: reduce) {
  .key, .track { transition: none; }
}
@media (forced-colors: active) {
  .key, .track { border: 2px solid ButtonText; }
  .switch[aria-checked="true"] .track { background: Highlight; }
  .case { border: 1px solid CanvasText; }
  /* The picture on the glass is light; a system's light background would leave nothing of it. */
  .glass { forced-color-adjust: none; border: 1px solid CanvasText; }
}
${panelCss}`;

export const iconSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<circle cx="16" cy="6" r="4" fill="none" stroke="#9aa2ad" stroke-width="2.5"/>
<rect x="5" y="7" width="22" height="24" rx="7" fill="#2b3037"/>
<rect x="8" y="11" width="16" height="8" rx="1.5" fill="#030508"/>
<path d="M10 15h3m2 0h3m2 0h2" stroke="#d6ecff" stroke-width="2"/>
<circle cx="16" cy="25" r="3.4" fill="#5b636e"/>
</svg>
`;
