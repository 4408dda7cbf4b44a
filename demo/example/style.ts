/** The style sheet of the example's pages. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --card: #ffffff; --ink: #16202b; --soft: #536171; --line: #d8dfe6; --edge: #7d8a98;
  --accent: #0b5fd0; --accent-ink: #ffffff; --good: #0a6b3b; --good-wash: #dff3e7;
  --bad: #a3141d; --bad-wash: #fce4e4; --bad-line: #e7a6a8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f141a; --card: #181f27; --ink: #e8edf2; --soft: #a3b0bd; --line: #2d3843; --edge: #7d8a98;
    --accent: #6cabff; --accent-ink: #06172c; --good: #7fdca6; --good-wash: #12331f;
    --bad: #ff9b9d; --bad-wash: #3b1719; --bad-line: #7c3134;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; padding: 1rem; display: grid; grid-template-columns: minmax(0, 25rem); place-content: center; gap: .9rem; background: var(--page); color: var(--ink); }
/* A page that frames this one has space and a heading around it. */
body.framed { padding: .6rem .75rem; place-content: start center; gap: .5rem; }
.framed .card { padding: .8rem 1.1rem; }
h1, p { margin: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.brand { font-weight: 650; }
.card { padding: 1.4rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
.lead, .hint { color: var(--soft); }
.lead { margin-top: .35rem; }
.lead strong { color: var(--ink); overflow-wrap: anywhere; }
.hint { font-size: .9rem; }
form { margin-top: 1.1rem; display: grid; gap: .9rem; }
.field { display: grid; gap: .3rem; }
.buttons { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .6rem; }
label { font-weight: 600; }
input { font: inherit; color: inherit; width: 100%; padding: .6rem .8rem; background: var(--card); border: 1px solid var(--edge); border-radius: .6rem; }
.passcode { font-size: 1.3rem; font-variant-numeric: tabular-nums; letter-spacing: .12em; }
[aria-invalid="true"] { border-color: var(--bad); }
button { font: inherit; font-weight: 650; cursor: pointer; padding: .65rem 1rem; border: 1px solid transparent; border-radius: .6rem; background: var(--accent); color: var(--accent-ink); }
button.other { background: transparent; color: var(--ink); border-color: var(--edge); }
.message { margin-top: 1.1rem; padding: .75rem .9rem; border: 1px solid var(--bad-line); border-radius: .7rem; background: var(--bad-wash); }
.message strong { display: block; color: var(--bad); }
.number { margin-top: .9rem; font-size: 3rem; line-height: 1.2; font-weight: 700; font-variant-numeric: tabular-nums; letter-spacing: .08em; }
.status { margin-top: .9rem; font-weight: 600; }
.more { margin-top: .9rem; }
.tick { width: 3rem; height: 3rem; margin-bottom: .8rem; border-radius: 50%; display: grid; place-items: center; background: var(--good-wash); color: var(--good); font-size: 1.6rem; font-weight: 700; }
@media (forced-colors: active) { .card, .message { border: 1px solid CanvasText; } }
`;

export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="3" y="8" width="26" height="16" rx="8" fill="#0b5fd0"/><circle cx="9.5" cy="16" r="2.6" fill="#fff"/><rect x="14.5" y="12.5" width="10.5" height="7" rx="1.6" fill="#cfe3ff"/></svg>
`;

/**
 * The waiting page's only script: moves on as soon as there is a decision. It listens to an event stream, and polls
 * where streams fail. Without scripts the page reloads itself.
 */
export function waitingScript(pollMs: number): string {
  return `'use strict';
const stream = new EventSource('/events');
let isOver = false;
// Once: the page that says how it ended ends the session, and is not to be asked for again.
function goOn() {
  if (isOver) return;
  isOver = true;
  stream.close();
  location.replace('/');
}
async function ask() {
  if (isOver) return;
  try {
    const response = await fetch('/state', { cache: 'no-store' });
    if (!response.ok || (await response.json()).state !== 'waiting') return goOn();
  } catch {}
  setTimeout(ask, ${pollMs});
}
stream.addEventListener('decided', goOn);
stream.addEventListener('error', () => {
  stream.close();
  ask();
});
`;
}
