import { beforeAll, expect, it } from 'vitest';
import { heardFrom } from '../../kit/heard.ts';
import { type Bench, bench, bootFile, partImage } from './kit.ts';

let image: Record<string, Uint8Array>;
beforeAll(async () => {
  image = await partImage({
    Supply: 'supply',
    ConsoleMaintenance: 'maintenance',
    Loop: 'run',
    Ssd1306: 'ssd1306',
  });
});

it('the supply is a percentage between an empty and a full battery', () => {
  const { ask, fob } = bench(image);
  const percent = (volts: number) => {
    fob.setSupply(volts);
    return Number(ask('new Supply().battery()'));
  };
  expect(percent(3.3)).toBe(100);
  expect(percent(2)).toBe(0);
  expect(Math.abs(percent(3) - 50)).toBeLessThanOrEqual(2);
  expect(percent(2.9)).toBeLessThan(percent(2.95));
});

it('maintenance gives the console to the port until the next reset', () => {
  const { fob, ask } = bench({ ...image, ...bootFile('pico', '.boot0') });
  const heard = heardFrom(fob.serial('USB'));
  const type = (line: string) => {
    heard.text = '';
    fob.serial('USB').write(Buffer.from(line));
    return heard.text;
  };
  expect(type('\x03\x10print("me")\n')).not.toContain('me\r\n');
  ask('new ConsoleMaintenance(USB).begin(); 0');
  expect(ask('1+1')).toBe(2);
  fob.advance(250);
  expect(type('\x10print(6*7)\n')).toContain('42\r\n');
  fob.serial('USB').write(Buffer.from('E.reboot()\n'));
  fob.advance(100);
  expect(type('\x10print("me")\n')).not.toContain('me\r\n');
});

it('the display is initialised each time it goes on, at the set brightness', () => {
  const { ask, fob } = bench(image);
  ask('global.d = new Ssd1306(); 0');
  expect(fob.screen().on).toBe(false);
  ask('d.light(2); d.power(true); d.clear(); d.fill(0, 0, 8, 8); d.show()');
  expect(fob.screen().on).toBe(true);
  expect(fob.screen().bitmap.pixels.slice(0, 9).join('')).toBe('111111110');
  ask('d.power(false)');
  // Without power for a moment: the display shows noise, and is off.
  ask('I2C1.writeTo(0x3c, [0x40, new Uint8Array(64).fill(0x55)]); 0');
  ask('d.power(true); d.clear(); d.show()');
  expect(fob.screen().bitmap.pixels.some(pixel => pixel === 1)).toBe(false);
  expect(fob.violations).toEqual([]);
});

it('an absent display is queried twice, then not for a while', () => {
  const { ask, fob } = bench(image, { parts: { display: false } });
  const before = fob.now();
  ask('global.d = new Ssd1306(); d.power(true); d.clear(); d.show(); 0');
  expect(fob.now() - before).toBeLessThan(2_500);
  const later = fob.now();
  for (let i = 0; i < 20; i++) ask('d.show(); 0');
  expect(fob.now() - later).toBeLessThan(400);
});

/** A core that records its calls, and throws where it is told to. */
const CORE = `{deadline:0,log:[],at:[],hold:-1,
  receive:function(d,ms){if(d==="throw")throw new Error("broken");this.log.push("receive "+d+(ms>0?"":"?"))},
  key:function(which,down,ms){this.log.push("key "+which+down);this.at.push(ms);if(down)this.deadline=this.hold},
  tick:function(){this.log.push("tick")},
  fault:function(){this.log.push("fault");this.deadline=-1}}`.replaceAll('\n', '');

function loop(deadline: number): Bench {
  const made = bench(image);
  made.ask(`global.fob = ${CORE}; fob.deadline = ${deadline}; 0`);
  made.ask(
    'global.l = new Loop(fob, { read: function() { return 7 } }, function() { return getTime() * 1000 - 946684800000 }); 0',
  );
  return made;
}
const log = (made: Bench) => made.ask('fob.log.splice(0).join()');

it('the loop ticks when the core wants it', () => {
  const made = loop(1000);
  made.fob.advance(900);
  expect(log(made)).toBe('');
  made.fob.advance(200);
  // The core never moved its deadline.
  expect(String(log(made))).toMatch(/^tick,tick/);
});

it('the loop has no timer when the core wants none, and sleeps', () => {
  const made = loop(-1);
  made.ask('setDeepSleep(1)');
  made.fob.advance(100_000);
  expect(log(made)).toBe('');
  made.fob.setUsb(false);
  made.fob.advance(10);
  expect(made.fob.sleeping).toBe(true);
  made.fob.setUsb(true);
  made.fob.advance(10);
  made.ask('l.key(2, true)');
  made.ask('l.receive("x")');
  expect(log(made)).toBe('key 2true,receive x');
});

it('the loop reads the deadline after every input', () => {
  const made = loop(-1);
  made.ask('fob.deadline = getTime() * 1000 - 946684800000 + 500; l.receive("x")');
  made.fob.advance(400);
  expect(log(made)).toBe('receive x');
  made.ask('fob.deadline = -1; l.receive("y")');
  made.fob.advance(1000);
  expect(log(made)).toBe('receive y');
});

const MS = 'getTime() * 1000 - 946684800000';

it('the loop tells the core each edge at its own time, in order and not in the future', () => {
  const made = loop(-1);
  made.fob.advance(5_000);
  made.ask(`global.from = ${MS}; 0`);
  // Two edges that waited while the fob was busy, one with a time from before, and one from a clock that was set.
  made.ask('l.edge(true, getTime() - 0.4); l.edge(false, getTime() - 0.1); 0');
  made.fob.advance(100);
  made.ask('l.edge(true, getTime() - 3); 0');
  made.fob.advance(1_000);
  made.ask('l.edge(false, getTime() + 3); 0');
  made.fob.advance(100);
  expect(log(made)).toBe('key 0true,key 0false,key 0true,key 0false');
  const at = made.ask('fob.at.map(ms => Math.round(ms - from))') as number[];
  for (const [index, ms] of [-375, -75, -75, 1_125].entries())
    expect(Math.abs((at[index] ?? 0) - ms)).toBeLessThan(10);
});

it('a hold that is due waits for a release that came before it, and for no characters', () => {
  const made = loop(-1);
  made.fob.advance(5_000);
  made.ask(`fob.hold = ${MS} + 625; l.edge(true, getTime()); 0`);
  made.fob.advance(610);
  made.ask('l.edge(false, getTime()); 0');
  made.fob.advance(20);
  expect(log(made)).toBe('key 0true');
  made.ask('fob.deadline = -1; 0');
  made.fob.advance(20);
  expect(log(made)).toBe('key 0false');
  // Characters that come while a hold is overdue are told with a time before it.
  made.ask(
    `fob.receive = function(d, ms) { this.at.push(ms - this.hold) }; l.edge(true, getTime()); fob.hold = ${MS} + 100; 0`,
  );
  made.fob.advance(50);
  made.ask('while (getTime() * 1000 - 946684800000 < fob.hold + 300); l.receive("x"); 0');
  expect(made.ask('fob.at.pop()')).toBeLessThan(0);
});

it("the loop tells the core of an event's error, or of memory that ran out, and continues", () => {
  const made = loop(-1);
  made.ask('l.receive("throw")');
  expect(log(made)).toBe('fault');
  made.ask('E.emit("errorFlag", ["FIFO_FULL", "LOW_MEMORY"])');
  made.ask('E.emit("errorFlag", ["LOW_MEMORY", "MEMORY"])');
  made.ask('l.receive("x")');
  expect(log(made)).toBe('fault,receive x');
  expect(made.fob.consoleText()).toBe('');
});

it('the loop restarts the board at a press after an error, and not at the end of a press that began before', () => {
  const made = loop(-1);
  made.ask('l.key(0, true)');
  made.ask('l.receive("throw")');
  made.ask('l.key(0, false)');
  expect(log(made)).toBe('key 0true,fault');
  made.ask('l.key(0, true)');
  expect(made.ask('typeof fob')).toBe('object');
  made.fob.serial('USB').write(Buffer.from('l.key(0, false)\n'));
  made.fob.advance(100);
  expect(made.ask('typeof fob')).toBe('undefined');
});
