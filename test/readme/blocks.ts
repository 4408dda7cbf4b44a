/** A fenced block of a Markdown document, and what the comment above it says of its execution. */
export interface Block {
  /** Of the line with the fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** How the test executes it; undefined for a block that is not executed. */
  readonly executed: string | undefined;
  /** Why it is not executed; undefined for one that is. */
  readonly reason: string | undefined;
}

const FENCE = /^```(\w*)$/;
const MARK = /^<!-- (executed|not executed): (.+) -->$/;

/** The fenced blocks of a document, in order. The comment stands on the line before the fence. */
export function blocksOf(document: string): Block[] {
  const lines = document.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = FENCE.exec(lines[at] ?? '');
    if (fence === null) continue;
    const end = lines.indexOf('```', at + 1);
    const mark = MARK.exec(lines[at - 1] ?? '');
    blocks.push({
      line: at + 1,
      language: fence[1] ?? '',
      text: lines.slice(at + 1, end).join('\n'),
      executed: mark?.[1] === 'executed' ? mark[2] : undefined,
      reason: mark?.[1] === 'not executed' ? mark[2] : undefined,
    });
    at = end;
  }
  return blocks;
}
