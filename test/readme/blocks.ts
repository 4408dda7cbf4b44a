/** A fenced block of a Markdown document, and how the comment above it has it executed. */
export interface Block {
  /** Number of the line with the fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** How the test executes it; undefined for a block that is not executed. */
  readonly executed: string | undefined;
  /** Why it is not executed; undefined for an executed block. */
  readonly reason: string | undefined;
}

const FENCE = /^```(\w*)$/;
const MARK = /^<!-- (executed|not executed): (.+) -->$/;

/** Returns the fenced blocks of a document, in order. The comment stands on the line before the fence. */
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
