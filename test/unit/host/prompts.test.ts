import { pairingCodeOf } from '@passfob/protocol/pairing';
import { promptsOn } from 'passfob/cli/base/prompts';
import { askedCode } from 'passfob/owner/pairing';
import { expect, it } from 'vitest';
import { failure } from './kit/failure.ts';
import { type TerminalOptions, terminalOf } from './kit/terminal.ts';

/** A person at a terminal. */
function atTerminal() {
  const { terminal, said, keyboard: stdin, modes } = terminalOf({ isAttended: true });
  const prompts = promptsOn(terminal, new AbortController().signal);
  const written = () => said.stderr;
  /** The number of questions for a code. */
  const asked = () => written().split('Code on the screen').length - 1;
  return { stdin, modes, prompts, asked, written };
}

it('a question that replaces another one has the keyboard', async () => {
  const { stdin, modes, prompts, asked } = atTerminal();
  const [first, second] = [new AbortController(), new AbortController()];
  const before = failure(prompts.code(false, { until: first.signal }));
  await expect.poll(asked).toBeGreaterThan(0);
  const seen = asked();
  first.abort();
  const answer = prompts.code(false, { until: second.signal });
  expect((await before).kind).toBe('cancelled');
  await expect.poll(asked).toBeGreaterThan(seen);
  expect(modes.at(-1)).toBe(true);
  stdin.write('abc123\r');
  expect(await answer).toBe('abc123');
  prompts.close();
});

it('a question that was cancelled before its turn is not asked', async () => {
  const { stdin, prompts, asked } = atTerminal();
  const [first, second] = [new AbortController(), new AbortController()];
  const before = failure(prompts.code(false, { until: first.signal }));
  await expect.poll(asked).toBeGreaterThan(0);
  first.abort();
  const skipped = failure(prompts.code(false, { until: second.signal }));
  second.abort();
  const answer = prompts.code(true);
  expect([(await before).kind, (await skipped).kind]).toEqual(['cancelled', 'cancelled']);
  stdin.write('def456\r');
  expect(await answer).toBe('def456');
  prompts.close();
});

it('a pairing code is shown while it is typed, since the fob shows it anyway', async () => {
  const { stdin, prompts, asked, written } = atTerminal();
  const answer = prompts.code(false);
  await expect.poll(asked).toBeGreaterThan(0);
  for (const character of 'zwxzwxzw') stdin.write(character);
  await expect.poll(written).toContain('zwxzwxzw');
  stdin.write('\r');
  expect(await answer).toBe('zwxzwxzw');
  prompts.close();
});

it('a pairing code is not shown where it is to be hidden, not while it is typed nor afterwards', async () => {
  const { stdin, prompts, asked, written } = atTerminal();
  const answer = prompts.code(false, { isHidden: true });
  await expect.poll(asked).toBeGreaterThan(0);
  for (const character of 'zwxzwxzw') stdin.write(character);
  await expect.poll(written).toMatch(/[*]{8}/);
  stdin.write('\r');
  expect(await answer).toBe('zwxzwxzw');
  expect(written()).not.toMatch(/[zwx]/);
  prompts.close();
});

it('a wrong code is said to be wrong, and another one is asked for', async () => {
  const { stdin, prompts, asked, written } = atTerminal();
  const right = pairingCodeOf(new Uint8Array(10));
  const asking = askedCode((isAgain, fault) => prompts.code(isAgain, { fault }));
  for (const [at, [typed = '', says = '']] of [
    ['qqqqqqqqqqqqqqqqqp', 'A character is wrong.'],
    ['bqqqqqqqqqqqqqqqqq', 'No code has the letter b: it may be a 6 or an 8.'],
  ].entries()) {
    const seen = asked();
    if (at === 0) await expect.poll(asked).toBeGreaterThan(0);
    stdin.write(`${typed}\r`);
    await expect.poll(written).toContain(says);
    await expect.poll(asked).toBeGreaterThan(seen);
  }
  stdin.write(`${right}\r`);
  expect(await asking).toBe(right);
  prompts.close();
});

it('a code is typed at the terminal after standard input was read as a whole, and refused without one', async () => {
  const piped = (options: TerminalOptions) => {
    const { terminal, keyboard } = terminalOf({ input: 'an activation', ...options });
    return { prompts: promptsOn(terminal, new AbortController().signal), keyboard };
  };
  const { prompts, keyboard: typist } = piped({ isAttended: true });
  expect(await prompts.activation(true)).toBe('an activation');
  const answer = prompts.code(false);
  typist.write('abc123\r');
  expect(await answer).toBe('abc123');
  prompts.close();
  const { prompts: alone } = piped({});
  await alone.activation(true);
  const error = await failure(alone.code(false));
  expect([error.kind, error.next]).toEqual(['usage', expect.stringContaining('instead of -')]);
  alone.close();
});
