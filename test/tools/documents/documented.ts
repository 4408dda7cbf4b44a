import { type Block, blocksOf } from '../readme/blocks.ts';
import { textFiles } from '../tidy/files.ts';

/** A block of code of README.md, or of a document in docs/. */
export interface DocumentedBlock extends Block {
  readonly path: string;
  /** For the title of a test. */
  readonly title: string;
}

const documents = textFiles.filter(({ path }) => /^(?:README\.md|docs\/.*\.md)$/.test(path));

/** Every such block, in the order of the documents. */
export const documentedBlocks: readonly DocumentedBlock[] = documents.flatMap(({ path, text }) =>
  blocksOf(text).map(block => ({
    ...block,
    path,
    title: `${path}:${block.line}: ${block.text.split('\n')[0]?.slice(0, 60)}`,
  })),
);

/** How a block may be executed, up to the `;` of its mark. */
export const KINDS = [
  'requests of an application',
  'requests of an administrator',
  'answer of POST /v1/challenges',
  'service',
  'restored service',
  'service.json',
  'plan',
  // A simulated fob, the commands that a person gives, a program of node:test.
  'simulator',
  'session',
  'module',
  // Programs of docs/simulator.md: with vitest, in a browser; commands for CI.
  'vitest',
  'browser',
  'recipe',
  // A file of simulator/examples, which test/unit/simulator/scenarios runs.
  'scenario',
] as const;

export type Kind = (typeof KINDS)[number];

/** Returns the kind by which a block is executed, as its mark states it. */
export const kindOf = ({ executed }: Block): string | undefined => executed?.split(';')[0];

/** Returns the blocks of a kind. */
export function blocksOfKind(kind: Kind): DocumentedBlock[] {
  return documentedBlocks.filter(block => kindOf(block) === kind);
}

/** The command lines of a block: without prompts, comments and output, a continued line as one. */
export function commandsOf({ text }: Pick<Block, 'text'>): string[] {
  const lines = text.replaceAll(/\\\n\s*/g, '').split('\n');
  const prompted = lines.filter(line => line.startsWith('$ '));
  return (prompted.length > 0 ? prompted.map(line => line.slice(2)) : lines)
    .map(line => line.replace(/(?:^|\s+)#.*$/, '').trim())
    .filter(line => line !== '');
}
