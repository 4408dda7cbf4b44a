import { describe, it } from 'vitest';
import { itNeeds, needsTool } from '../../kit/tools.ts';
import { runModule, runSession } from '../readme/session.ts';
import { blocksOfKind } from './documented.ts';

// A session starts a dozen programs, one after another.

const simulators = blocksOfKind('simulator');
const sessions = blocksOfKind('session');
const modules = blocksOfKind('module');

describe('sessions with a fob in docs/', () => {
  it('a document with a session starts a simulated fob once, before it', ({ expect }) => {
    const started = simulators.map(({ path }) => path);
    expect(new Set(started).size).toBe(started.length);
    expect(sessions.filter(({ path }) => !started.includes(path)).map(({ title }) => title)).toEqual([]);
  });

  for (const start of simulators)
    itNeeds(needsTool('socat'), `the session runs as printed: ${start.path}`, socat =>
      runSession(
        socat,
        start,
        sessions.filter(({ path }) => path === start.path),
      ),
    );

  for (const block of modules) it(`the program runs: ${block.title}`, () => runModule(block));
});
