import type { BootOptions } from '@passfob/simulator/base/fob';
import { expect, it } from 'vitest';
import { writePackets } from '../../kit/packets.ts';
import { bytes, lines, listen, QUIET, run } from './kit.ts';
import { prints } from './prints.ts';

const ECHO = `${QUIET}USB.on("data", d => USB.write("<", d, ">"));`;

it('a port carries all 256 values both ways', () => {
  const fob = run(`${QUIET}USB.on("data", d => USB.write(d));`);
  const out: number[] = [];
  fob.link.onData(data => out.push(...data));
  const all = Uint8Array.from({ length: 256 }, (_, index) => index);
  writePackets(fob.link, all);
  expect(out).toEqual([...all]);
});

it('a USART is deaf until it is set up, on the bench, too', () => {
  const source = `${QUIET}Serial1.on("data", d => print(d)); Serial2.on("data", d => { Serial1.setup(9600); Serial1.write("open") }); Serial2.setup(9600);`;
  const fob = run(source, { board: 'bench' });
  const out = listen(fob, 'Serial1');
  fob.link.write(bytes('early'));
  fob.serial('Serial2').write(bytes('x'));
  fob.link.write(bytes('late'));
  expect(lines(fob)).toEqual(['late']);
  expect(out.text()).toBe('open');
});

it('a port answers before write returns, and never from within the image', () => {
  const fob = run(ECHO);
  const seen: string[] = [];
  let depth = 0;
  let deepest = 0;
  fob.link.onData(data => {
    deepest = Math.max(deepest, ++depth);
    const text = Buffer.from(data).toString('latin1');
    seen.push(text);
    if (seen.length < 4) {
      fob.link.write(bytes(String(seen.length)));
      // Queued: the answer does not come within this call.
      expect(seen.at(-1)).toBe(text);
    }
    depth--;
  });
  fob.link.write(bytes('0'));
  expect(seen).toEqual(['<0>', '<1>', '<2>', '<3>']);
  expect(deepest).toBe(1);
});

it('a port stops telling a removed listener', () => {
  const fob = run(ECHO);
  let count = 0;
  const stop = fob.link.onData(() => count++);
  fob.link.write(bytes('a'));
  stop();
  stop();
  fob.link.write(bytes('b'));
  expect(count).toBe(1);
});

it('a port does not let an image that echoes to itself run forever', () => {
  const fob = run(ECHO);
  fob.link.onData(data => fob.link.write(data.subarray(0, 1)));
  expect(() => fob.link.write(bytes('a'))).toThrow('never comes to rest');
});

it('a port refuses to move time from within a listener', () => {
  const fob = run(ECHO);
  fob.link.onData(() => fob.advance(1));
  expect(() => fob.link.write(bytes('a'))).toThrow('from within a listener');
  expect(() => fob.advance(1)).not.toThrow();
});

/** The lengths of what a port hands to its listener, of 150 bytes that arrive at once. */
const lengthsOf = (options: Partial<BootOptions>, port = 'USB') => {
  const fob = run(
    `${QUIET}if (${port}.setup) ${port}.setup(9600); ${port}.on("data", d => print(d.length));`,
    options,
  );
  fob.link.write(new Uint8Array(150));
  return lines(fob);
};

it('2v29 keeps only the first event of a port and loses the events behind it', () => {
  expect(lengthsOf({})).toEqual(['64']);
  expect(lengthsOf({ espruino: '2v29' })).toEqual(['64']);
  // A Bangle takes up to 128 bytes at once over Bluetooth.
  expect(lengthsOf({ board: 'banglejs2' }, 'Bluetooth')).toEqual(['128']);
});

it('2v25 joins the events of a port, and 2v30 hands them over one by one', () => {
  expect(lengthsOf({ espruino: '2v25' })).toEqual(['150']);
  expect(lengthsOf({ espruino: '2v30' })).toEqual(['64', '64', '22']);
});

it('2v29 loses nothing behind an event that is too short for a flat string', () => {
  const of = (first: number) => {
    const fob = run(`${QUIET}USB.on("data", d => USB.write(d));`);
    // Written from within a listener, the packets wait together.
    const stop = fob.link.onData(() => {
      stop();
      fob.link.write(new Uint8Array(first));
      fob.link.write(new Uint8Array(40));
    });
    let echoed = 0;
    fob.link.onData(data => {
      echoed += data.length;
    });
    fob.link.write(bytes('x'));
    return echoed - 1;
  };
  expect([17, 18, 63].map(of)).toEqual([57, 18, 63]);
});

it('the Linux build and a UART lose nothing in any version, because their first event is short', () => {
  expect(lengthsOf({ board: 'bench' }, 'Serial1')).toEqual(['150']);
  const fob = run(`${QUIET}Serial1.setup(9600); Serial1.on("data", d => print(d.length));`);
  fob.serial('Serial1').write(new Uint8Array(150));
  expect(lines(fob)).toEqual(['150']);
});

it('a sender waits while the queue of inputs is full, and nothing is lost by that', () => {
  let whole = 0;
  const fob = run(`${QUIET}USB.on("data", d => USB.write(String.fromCharCode(d.length)));`, {
    espruino: '2v30',
  });
  fob.link.onData(data => {
    for (const length of data) whole += length;
  });
  fob.link.write(new Uint8Array(5000));
  expect(whole).toBe(5000);
});

prints('serial ports and the console')`${String.raw`
  a port writes nested values:
    ${QUIET}USB.on("data", () => { USB.write("a", [98, [99]], new Uint8Array([100]), { data: "e", count: 2 }); USB.print("f"); USB.println(7) });
    @ send x
    < abcdeef7\r\n

  a port keeps 512 bytes without a listener:
    ${QUIET}setTimeout(() => USB.on("data", d => print(d.length)), 10);
    @ ${`send ${'0123456789'.repeat(6)}; `.repeat(10)}advance 20
    > 512

  a port ignores bytes while the power is off:
    ${QUIET}USB.on("data", d => print(d));
    @ cut; send lost; on; send found
    > found

  a port survives a handler that throws:
    ${QUIET}USB.on("data", d => { if (d === "x") throw "bad"; USB.write("fine") });
    @ send x; send y
    > Uncaught bad
    < fine

  the console is on USB at boot, with a prompt that echoes and evaluates, and prints nothing elsewhere:
    var x = 20;
    @ send x+1\r
    < x+1\r\n=21\r\n>

  the console waits for the end of a program of several lines, and forgets it at Ctrl-C:
    function f() { return 5; }
    @ send if (1) {\nf()\n}\n
    < if (1) {\r\n:f()\r\n:}\r\n=5\r\n>
    @ send [1,\n\u0003; send 7\n
    < [1,\r\n:\r\u001b[J>7\r\n=7\r\n>

  the console leaves the port to the image when it is removed:
    ${QUIET}USB.on("data", d => print("data", d)); print(E.getConsole());
    > null
    @ send 1+1
    > data 1+1
    <

  the console can be brought back, and locked:
    ${QUIET}USB.on("data", d => { E.setPassword("word"); E.lockConsole(); E.setConsole(USB, { force: true }) });
    @ send x; send 1+1\r
    < password>\r\nInvalid password\r\npassword>
    @ send word\r; send 1+1\r
    < \r\nLogged in.\r\n>1+1\r\n=2\r\n>
`}`;

it("the console shows the image's output and exceptions", () => {
  const fob = run('setTimeout(() => { print("noise"); null.x }, 5);');
  const out = listen(fob, 'USB');
  fob.advance(10);
  expect(out.text()).toContain('noise\r\nUncaught TypeError');
});

it('a console that was removed by force stays away after reset(), and comes back with E.reboot()', () => {
  const answers = (ending: string) => {
    const fob = run('');
    const out = listen(fob, 'USB');
    fob.link.write(bytes(`setTimeout(function(){${QUIET}},10);setTimeout(function(){${ending}},20)\n`));
    fob.advance(100);
    const before = out.text().length;
    fob.link.write(bytes('6*7\n'));
    return out.text().slice(before).includes('=42');
  };
  expect([answers('reset()'), answers('E.reboot()')]).toEqual([false, true]);
});
