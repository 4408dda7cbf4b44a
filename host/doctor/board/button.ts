import type { BoardUnderTest } from './board.ts';
import { type BoardFinding, boardFinding } from './finding.ts';
import { EDGES_MAX, PRESS_MS, PRESS_POLL_MS, SETTLE_MS } from './limits.ts';

/** Records every edge: level, and milliseconds since the beginning. */
const RECORD =
  '(function(t){global.PFb=[];global.PFw=setWatch(function(e){' +
  `if(PFb.length<${EDGES_MAX * 2})PFb.push(e.state?1:0,Math.round((e.time-t)*1e5)/100)},` +
  'BTN1,{repeat:true,edge:"both",debounce:0})})(getTime()),digitalRead(BTN1)';

/**
 * Asks the person for one press, and looks at its contact.
 * @param onWait called when the board waits for the press
 */
export async function checkButton(
  board: BoardUnderTest,
  onWait: (seconds: number) => void,
): Promise<BoardFinding> {
  const [, rest = 0] = await board.numbers(`[0,(${RECORD})]`);
  try {
    if (rest === 1) return boardFinding('button', 'problem', 'button-down');
    onWait(PRESS_MS / 1_000);
    const edges = await recorded(board);
    if (edges === undefined) {
      const seconds = PRESS_MS / 1_000;
      return boardFinding('button', 'problem', 'button-silent', { seconds });
    }
    return pressFinding(edges);
  } finally {
    await board.ask('(clearWatch(PFw),1)').catch(() => undefined);
  }
}

/** An edge of the button's contact. */
export interface ButtonEdge {
  readonly level: number;
  readonly atMs: number;
}

/** Returns the edges of a press once it has ended and is quiet; undefined if none came in time. */
async function recorded(board: BoardUnderTest): Promise<ButtonEdge[] | undefined> {
  const { watch } = board;
  let seen = 0;
  for (const endMs = watch.now() + PRESS_MS; watch.now() < endMs; ) {
    await watch.pause(PRESS_POLL_MS);
    const [level = 0, ...flat] = await board.numbers('[digitalRead(BTN1)].concat(PFb)');
    const isQuiet = flat.length > 0 && flat.length === seen;
    seen = flat.length;
    if (!isQuiet || level === 1) continue;
    return flat.flatMap((value, at) => (at % 2 === 0 ? [{ level: value, atMs: flat[at + 1] ?? 0 }] : []));
  }
  return undefined;
}

/** @param edges of one press or several, in order */
export function pressFinding(edges: readonly ButtonEdge[]): BoardFinding {
  const bursts: ButtonEdge[][] = [];
  for (const edge of edges) {
    const last = bursts.at(-1);
    const previous = last?.at(-1);
    if (last && previous && edge.atMs - previous.atMs < SETTLE_MS) last.push(edge);
    else bursts.push([edge]);
  }
  const spans = bursts.map(burst => (burst.at(-1)?.atMs ?? 0) - (burst[0]?.atMs ?? 0));
  const bounceMs = Math.ceil(Math.max(0, ...spans));
  const bounces = edges.length - bursts.length;
  const held = Math.round(
    (bursts[1]?.[0]?.atMs ?? bursts[0]?.at(-1)?.atMs ?? 0) - (bursts[0]?.[0]?.atMs ?? 0),
  );
  const isBouncy = bounceMs > SETTLE_MS;
  return boardFinding(
    'button',
    isBouncy ? 'warning' : 'ok',
    isBouncy ? 'button-bouncy' : 'button-good',
    { held, bounces, bounceMs },
    { settle: String(SETTLE_MS) },
  );
}
