import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { imageFolder } from '../../kit/interpreter.ts';
import { describeNeeds, needsEspruino } from '../../kit/tools.ts';
import { InterpreterDriver } from '../conformance/interpreter-driver.ts';
import { Owner } from '../conformance/owner.ts';
import { ATTACKS, END, expectFramesOnly } from './attacks.ts';

/** Typed at the console's port; leaves a mark if it is executed. */
const MARK = 'require("fs").writeFileSync("obeyed","1")';

async function linkAnswers(binary: string, isOwned: boolean): Promise<void> {
  const driver = await InterpreterDriver.make(binary);
  try {
    const owner = new Owner(driver);
    if (isOwned) await owner.pair();
    let heard = '';
    const { onText } = driver.interpreter;
    driver.interpreter.onText = text => {
      heard += text;
      onText(text);
    };
    for (const [what, bytes] of ATTACKS) {
      heard = '';
      await driver.interpreter.send(bytes);
      await driver.interpreter.send(END);
      if (isOwned) expect((await owner.client.call('info', {})).accounts).toBe(0);
      else expect((await owner.client.hello()).state).toBe('blank');
      expectFramesOnly(heard, what);
      expect(driver.complaints()).toBe('');
    }
  } finally {
    await driver.close();
  }
}

describeNeeds(needsEspruino(), "the real interpreter's ports", binary => {
  it.each([
    ['blank', false],
    ['owned', true],
  ])(
    'the link of a %s bench answers attacks with frames or nothing',
    (_state, isOwned) => linkAnswers(binary, isOwned),
    120_000,
  );

  it('no console is left once the first boot file has run', async () => {
    const folder = temporaryFolder('lockdown');
    const boot0 = readFileSync(join(imageFolder('bench'), '.boot0'), 'latin1');
    const script = join(folder, 'run.js');
    writeFileSync(
      script,
      // Not by `indexOf`, which finds "END" in a chunk that ends in "E".
      `${boot0}var n=0,t="";USB.on("data",function(d){n+=d.length;t=(t+d).slice(-4);
        if(t==="END\\n"){require("fs").writeFileSync("heard",""+n);quit()}});setInterval(function(){},100);`,
      'latin1',
    );
    const child = spawn(binary, [script], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString('latin1');
    });
    const all = ATTACKS.map(([, bytes]) => `${bytes}\n\x03\x10${MARK}\n`).join('');
    // Ctrl-D at a terminal ends the Linux build: no board has that.
    child.stdin.write(Buffer.from(`${all.replaceAll('\x04', '')}\nEND\n`, 'latin1'));
    await once(child, 'exit');
    expect(Number(readFileSync(join(folder, 'heard'), 'latin1'))).toBeGreaterThan(1000);
    expect(existsSync(join(folder, 'obeyed'))).toBe(false);
    // The banner comes before any file of ours is read, and Espruino says on the old port where the console went.
    const after = printed.replace(/^[\s\S]*espruino\.com\/Donate/, '').replace('-> null', '');
    expect(after.replaceAll(/[\s>]/g, '')).toBe('');
  });
});
