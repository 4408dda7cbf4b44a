import type { FaultName, FaultPlan } from '@passfob/simulator';
import { FaultDraw, oddsOf } from '@passfob/simulator/faults/draw';
import { FAULT_NAMES } from '@passfob/simulator/faults/names';
import { checkedPlan, planOfText, planText } from '@passfob/simulator/faults/plan';
import { faultReport } from '@passfob/simulator/faults/reports';
import { FAULTS } from '@passfob/simulator/faults/table';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { heardFrom } from '../../kit/heard.ts';
import { bytes, I2C, lines, listen, QUIET, run } from './kit.ts';

const plans = fc
  .dictionary(fc.constantFrom(...FAULT_NAMES), fc.integer({ min: 1, max: 999_999_999 }))
  .map(odds => Object.entries(odds).map(([name, n]) => `${name}=1/${n}`));

it('every fault that has odds has an envelope, and the other way round', () =>
  expect(FAULT_NAMES).toEqual(Object.keys(FAULTS)));

it('a plan is read from its text, and written as the same plan', () =>
  fc.assert(
    fc.property(plans, parts => {
      const plan = planOfText(parts.join(','));
      for (const part of parts) {
        const [name = '', odds = ''] = part.split('=1/');
        expect(oddsOf(plan, name as FaultName)).toBe(Number(odds));
      }
      expect(planText(plan).split(',').filter(Boolean).sort()).toEqual([...parts].sort());
      expect(planOfText(planText(plan))).toEqual(plan);
    }),
  ));

it.each([
  ['wire.drop', 'a fault is written NAME=1/N, such as wire.drop=1/20'],
  ['wire.drop=0.1', 'a fault is written NAME=1/N, such as wire.drop=1/20'],
  ['wire.melt=1/2', 'wire has no such fault; it has flip, drop,'],
  ['moon.full=1/2', 'there are no such faults; the places are wire, bus,'],
  ['constructor.x=1/2', 'there are no such faults'],
])('the plan %s is refused', (text, why) => expect(() => planOfText(text)).toThrow(why));

it.each([
  [{ wire: { drop: 0.5 } }, 'the odds of wire.drop must be a whole number N up to 999999999, for 1 in N'],
  [{ wire: { drop: -1 } }, 'the odds of wire.drop'],
  [{ bus: { at: { 0: 'fail' } } }, 'bus.at takes numbers of transfers'],
  [{ bus: { at: { 1: 'melt' } } }, 'bus.at takes numbers of transfers'],
  [{ seed: 0.5 }, 'the seed of a plan must be a whole number'],
  [{ wire: 20 }, 'wire must name its faults'],
  [[], 'a plan is an object'],
])('the plan %j is refused', (plan, why) => {
  expect(() => checkedPlan(plan)).toThrow(why);
  const fob = run('');
  expect(() => fob.setFaults(plan as object)).toThrow(why);
});

it('a fault strikes at its odds, and one fault never shifts another', () => {
  const struck = (plan: object) => {
    const draw = new FaultDraw(3);
    draw.set(plan);
    return Array.from({ length: 4000 }, () => {
      draw.strikes('wire.drop');
      return draw.strikes('memory.torn') !== undefined;
    });
  };
  const alone = struck({ memory: { torn: 20 } });
  expect(struck({ memory: { torn: 20 }, wire: { drop: 2 } })).toEqual(alone);
  const count = alone.filter(Boolean).length;
  expect(count).toBeGreaterThan(140);
  expect(count).toBeLessThan(260);
  expect(struck({ memory: { torn: 1 } })).not.toContain(false);
  expect(struck({ memory: { torn: 0 } })).not.toContain(true);
});

it('the report of a run says what may happen, how often it did, and how to repeat it', () => {
  const draw = new FaultDraw(7);
  draw.set(planOfText('wire.drop=1/1,clock.jump=1/9'));
  draw.strikes('wire.drop', 'in');
  draw.strikes('wire.drop', 'out');
  const report = faultReport(draw.report());
  expect(report).toMatch(
    /^Faults of this run:\n {2}wire\.drop, 1 in 1: struck 2 of 2; on each transfer in either/,
  );
  expect(report).toMatch(/\n {2}clock\.jump, 1 in 9: struck 0 of 0; .* Always: the calendar stays valid\.\n/);
  expect(report).toMatch(/\nThe same faults again: --faults wire\.drop=1\/1,clock\.jump=1\/9 --replay 7\n$/);
  draw.set({});
  expect(faultReport(draw.report())).toBe('');
});

const READ = `${QUIET}${I2C}USB.on("data",d=>{if(d=="?"){I2C1.writeTo(0x57,[0,0]);USB.write(I2C1.readFrom(0x57,4).join())}else I2C1.writeTo(0x57,[0,0].concat(eval(d)))});`;

/** Writes these pages one after the other, and returns what the chip holds after each. */
function written(plan: object, ...pages: readonly string[]): string[] {
  const fob = run(READ, { faults: plan });
  const back: string[] = [];
  for (const page of pages) {
    const seen = listen(fob, 'USB');
    fob.link.write(bytes(page));
    fob.advance(20);
    fob.link.write(bytes('?'));
    fob.advance(20);
    back.push(seen.text());
  }
  expect(lines(fob)).toEqual([]);
  fob.close();
  return back;
}

it('a worn page keeps its contents for good', () => {
  const plan = { seed: 1, memory: { worn: 2 } };
  const contents = written(plan, ...Array.from({ length: 8 }, (_, at) => `[${at},${at},${at},${at}]`));
  const last = contents.at(-1);
  const first = contents.indexOf(last ?? '');
  expect(first).toBeLessThan(7);
  expect(contents.slice(first)).toEqual(contents.slice(first).map(() => last));
});

it('a stuck bit is one bit, and keeps its value', () => {
  for (let seed = 0; seed < 10; seed++) {
    const [zeros = [], ones = []] = written(
      { seed, memory: { stuck: 1 } },
      '[0,0,0,0]',
      '[255,255,255,255]',
    ).map(text => text.split(',').map(Number));
    // The chip was erased, so the first write leaves one bit at 1, and the second one at 0 of those written.
    expect([...zeros].map(bits).reduce((a, b) => a + b)).toBe(1);
    expect([...ones].map(bits).reduce((a, b) => a + b)).toBe(31);
  }
});

it('a torn page differs from what was written, though the power stays', () => {
  const contents = Array.from(
    { length: 12 },
    (_, seed) => written({ seed, memory: { torn: 1 } }, '[1,2,3,4]')[0],
  );
  expect(new Set(contents).size).toBeGreaterThan(6);
  expect(contents).toContain('255,255,255,255');
});

it('bytes that a cable holds back arrive in order, and all of them', () => {
  const echo = `${QUIET}USB.on("data",d=>USB.write(d));`;
  for (const kind of ['delay', 'stall']) {
    const fob = run(echo, { faults: { seed: 5, wire: { [kind]: 3 } } });
    const seen = listen(fob, 'USB');
    const back = heardFrom(fob.link);
    let sent = '';
    let late = 0;
    for (let at = 0; at < 40; at++) {
      const text = `<${at}>`;
      sent += text;
      fob.link.write(bytes(text));
      fob.advance(10);
      if (back.text !== sent) late++;
    }
    fob.advance(60_000);
    expect(late).toBeGreaterThan(5);
    expect(back.text).toBe(sent);
    // The port itself is beyond the cable.
    expect(seen.text()).toBe(sent);
    fob.close();
  }
});

it('a cable holds bytes back in real time, too', async () => {
  const source = `${QUIET}USB.on("data",d=>USB.write(d));`;
  const fob = run(source, { clock: 'real', faults: { seed: 1, wire: { delay: 1 } } });
  onTestFinished(() => fob.close());
  const arrived = new Promise<string>(resolve => {
    fob.link.onData(data => resolve(Buffer.from(data).toString('latin1')));
  });
  fob.link.write(bytes('x'));
  expect(lines(fob)).toEqual([]);
  expect(await arrived).toBe('x');
  expect(fob.faults().counts['wire.delay']).toEqual({ occasions: 2, struck: 2 });
});

it('what a cable holds back is not lost with the power of the board', () => {
  const fob = run(`${QUIET}USB.on("data",d=>USB.write(d));`, { faults: { seed: 1, wire: { stall: 1 } } });
  fob.link.write(bytes('x'));
  fob.cutPower();
  fob.powerOn();
  const back = heardFrom(fob.link);
  fob.advance(60_000);
  expect(back.text).toBe('x');
});

it('a crystal that does not start costs an image no time, and a slow one costs it more than another', () => {
  /** Seconds that the clock of an image has lost which leaves the crystal on. */
  const lost = (faults: FaultPlan) => {
    const source = `${QUIET}var t=getTime();USB.on("data",()=>USB.write(""+(getTime()-t)));`;
    const fob = run(source, { crystal: true, faults });
    const seen = listen(fob, 'USB');
    const startMs = fob.now();
    fob.advance(60_000);
    fob.link.write(bytes('?'));
    fob.close();
    return (fob.now() - startMs) / 1000 - Number(seen.text());
  };
  const good = lost({});
  expect(good).toBeGreaterThan(1);
  expect(good).toBeLessThan(2.05);
  expect(Math.abs(lost({ seed: 1, crystal: { absent: 1 } }))).toBeLessThan(0.05);
  expect(lost({ seed: 1, crystal: { slow: 1 } })).toBeGreaterThan(1.95);
});

it('a clock in the cold says its temperature in its register', () => {
  const source = `${QUIET}${I2C}I2C1.writeTo(0x68,0x11);print(I2C1.readFrom(0x68,1)[0]);`;
  const [cold] = lines(run(source, { faults: { seed: 1, temperature: { cold: 1 } } }));
  const [hot] = lines(run(source, { faults: { seed: 1, temperature: { hot: 1 } } }));
  expect(lines(run(source))).toEqual(['25']);
  expect(Number(cold)).toBeGreaterThanOrEqual(256 - 40);
  expect(Number(hot)).toBeGreaterThan(40);
  expect(Number(hot)).toBeLessThanOrEqual(85);
});

function bits(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}
