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

const FENCE = /^( *)```(\w*)$/;
const MARK = /^ *<!-- (executed|not executed): (.+) -->$/;
const COMMENT = /^ *<!-- .* -->$/;

/**
 * Returns the fenced blocks of a document, in order, also those of a list. The comment stands above the fence, where other
 * comments may stand between the two.
 */
export function blocksOf(document: string): Block[] {
  const lines = document.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = FENCE.exec(lines[at] ?? '');
    if (fence === null) continue;
    const [, indent = '', language = ''] = fence;
    const end = lines.indexOf(`${indent}\`\`\``, at + 1);
    const mark = markAbove(lines, at);
    blocks.push({
      line: at + 1,
      language,
      text: lines
        .slice(at + 1, end)
        .map(line => (line.startsWith(indent) ? line.slice(indent.length) : line))
        .join('\n'),
      executed: mark?.[1] === 'executed' ? mark[2] : undefined,
      reason: mark?.[1] === 'not executed' ? mark[2] : undefined,
    });
    at = end;
  }
  return blocks;
}

function markAbove(lines: readonly string[], fence: number): RegExpExecArray | undefined {
  for (let at = fence - 1; COMMENT.test(lines[at] ?? ''); at--) {
    const mark = MARK.exec(lines[at] ?? '');
    if (mark !== null) return mark;
  }
  return undefined;
}

/** Returns the blocks that neither are executed nor say why not. */
export function unmarked(blocks: readonly Block[]): Block[] {
  return blocks.filter(({ executed, reason }) => executed === undefined && reason === undefined);
}

/** Returns the paths of tests that the reasons of blocks name. */
export function testsNamedBy(blocks: readonly Block[]): string[] {
  return blocks.flatMap(({ reason = '' }) => reason.match(/test\/[\w/.-]+/g) ?? []);
}
