import { base64Of } from '@passfob/simulator/base/base64';
import type { SimulatedFob } from '@passfob/simulator/base/fob';
import { boot } from '@passfob/simulator/fob/boot';
import {
  type FobRecording,
  formatRecording,
  NotARecording,
  parseRecording,
  type RecordedFacts,
} from '@passfob/simulator/recording/replay/format';
import { MAX_RECORDED_INPUTS, MAX_RECORDED_WIRE_BYTES } from '@passfob/simulator/recording/replay/limits';
import { type Recorder, recordFob } from '@passfob/simulator/recording/replay/recorder';
import { replay } from '@passfob/simulator/recording/replay/replay';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { TEST_IMAGE, testFacts } from './kit.ts';

const FACTS = testFacts(7);

const bytesOf = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, 'base64'))]),
  );

/** Boots a fob by its facts, with a virtual clock unless another is asked for. */
function bootBy(
  { image, files, ...facts }: RecordedFacts,
  clock: RecordedFacts['clock'] = 'virtual',
): SimulatedFob {
  const own = image === '' ? { image: TEST_IMAGE } : {};
  const fob = boot({ ...facts, clock, files: bytesOf(files), ...own });
  onTestFinished(() => fob.close());
  return fob;
}

function recorded(facts: Partial<RecordedFacts> = {}): Recorder {
  const all = { ...FACTS, ...facts };
  return recordFob(bootBy(all, all.clock), all);
}

/** Records a fob with the built image of a board. */
function recordedImage(board: 'pico' | 'banglejs2'): Recorder {
  const blank = boot({ board, seed: 7 });
  const { image } = blank.inspect();
  blank.close();
  const birth = base64Of(Uint8Array.from({ length: 32 }, (_, at) => at));
  return recorded({ board, image, files: { birth } });
}

/** All that a person or a computer could see of a fob. */
function seen(fob: SimulatedFob) {
  const { on, text, bitmap } = fob.screen();
  const { storage, eeprom, supplyMillivolts, isPlugged, parts } = fob.inspect();
  const { powered, operations } = fob;
  const screen = { on, text: [...text], pixels: base64Of(bitmap.pixels) };
  return {
    now: fob.now(),
    powered,
    operations,
    ...screen,
    storage,
    eeprom,
    supplyMillivolts,
    isPlugged,
    parts,
  };
}

/** The frame of a `hello`, from the golden bytes of version 1. */
const HELLO = '~AYYB5F28fg==\n';

/** The same recording, written to a file and read again. */
const throughFile = (recording: FobRecording) => parseRecording(formatRecording(recording));

type Step = readonly [name: string, act: (fob: SimulatedFob) => void];

const step = <T>(name: string, given: fc.Arbitrary<T>, act: (fob: SimulatedFob, given: T) => void) =>
  given.map((one): Step => [`${name} ${JSON.stringify(one)}`, fob => act(fob, one)]);
const faultsOf = (oneIn: number) =>
  ({ seed: 3, bus: { fail: oneIn }, wire: { drop: oneIn, delay: 4 }, buttons: { bounce: 3 } }) as const;

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: step('press', fc.integer({ min: 1, max: 1_500 }), (fob, ms) => fob.press(0, ms)),
    },
    {
      weight: 3,
      arbitrary: step('advance', fc.double({ min: 0, max: 900, noNaN: true }), (fob, ms) => fob.advance(ms)),
    },
    {
      weight: 2,
      arbitrary: step('bytes', fc.string({ maxLength: 90 }), (fob, text) =>
        fob.link.write(Buffer.from(text)),
      ),
    },
    step('down', fc.constant(0), fob => fob.keyDown()),
    step('up', fc.constant(0), fob => fob.keyUp()),
    step('cut', fc.constant(0), fob => fob.cutPower()),
    step('on', fc.constant(0), fob => fob.powerOn()),
    step('cut at', fc.integer({ min: 1, max: 3 }), (fob, nth) => fob.cutPowerAtOperation(nth)),
    step('part', fc.boolean(), (fob, isConnected) => fob.setPart('display', isConnected)),
    step('faults', fc.integer({ min: 0, max: 9 }), (fob, oneIn) => fob.setFaults(faultsOf(oneIn))),
  ),
  { minLength: 5, maxLength: 40 },
);

describe('recordings', () => {
  it(
    'a replay of any inputs on a fresh fob shows the same screens and leaves the same memories',
    LONG,
    () => {
      fc.assert(
        fc.property(steps, fc.integer({ min: 1, max: 1_000_000 }), (list, seed) => {
          const recorder = recorded({ seed });
          const screens = list.map(([, act]) => {
            act(recorder.fob);
            return { inputs: recorder.recording().inputs.length - 1, seen: seen(recorder.fob) };
          });
          const run = replay(throughFile(recorder.recording()), facts => bootBy(facts));
          for (const screen of screens) expect(seen(run.to(screen.inputs))).toEqual(screen.seen);
          run.close();
          recorder.fob.close();
        }),
        { numRuns: countOf(12, 200) },
      );
    },
  );

  it('a replay of the built image says and shows the same as the recorded fob, its serial number included', () => {
    const recorder = recordedImage('pico');
    const said: string[] = [];
    const listen = (fob: SimulatedFob, words: string[]) =>
      fob.link.onData(bytes => words.push(Buffer.from(bytes).toString('latin1')));
    const { fob } = recorder;
    listen(fob, said);
    fob.advance(3_000);
    fob.link.write(Buffer.from(HELLO));
    fob.advance(500);
    fob.press(0, 1_300);
    fob.advance(2_000);
    expect(said.join('')).toMatch(/~[\w+/=]{20,}\n/);
    const saidAgain: string[] = [];
    const run = replay(throughFile(recorder.recording()), all => {
      const fresh = bootBy(all);
      listen(fresh, saidAgain);
      return fresh;
    });
    expect(seen(run.to(run.recording.inputs.length))).toEqual(seen(fob));
    expect(saidAgain.join('')).toBe(said.join(''));
  });

  it('a replay of a watch is touched, moved and connected as the recorded one', () => {
    const recorder = recordedImage('banglejs2');
    const { fob } = recorder;
    fob.advance(2_000);
    fob.bluetooth?.connect(true);
    fob.frames.write(Uint8Array.of(65));
    fob.advance(500);
    fob.moveWrist('faceUp');
    fob.press(1);
    fob.advance(300);
    fob.bluetooth?.disconnect();
    expect(fob.bluetooth).toMatchObject({ offered: expect.any(Boolean), reports: expect.any(Array) });
    expect(fob.bluetooth?.onReport(() => undefined)).toBeTypeOf('function');
    const recording = throughFile(recorder.recording());
    expect(recording.inputs.map(input => input.do)).toEqual(
      expect.arrayContaining(['connectBluetooth', 'disconnectBluetooth', 'moveWrist', 'bytes', 'keyUp']),
    );
    const run = replay(recording, facts => bootBy(facts));
    expect(seen(run.to(recording.inputs.length))).toEqual(seen(fob));
  });

  it('a replay goes back by booting the fob again', () => {
    const recorder = recorded();
    for (let press = 0; press < 3; press++) recorder.fob.press();
    const run = replay(recorder.recording(), facts => bootBy(facts));
    const last = run.recording.inputs.length;
    expect(run.to(last).screen().text).toEqual(['UP', 'PRESSES 3']);
    expect(run.to(4).screen().text).toEqual(['UP', 'PRESSES 1']);
    expect(run.played).toBe(4);
    expect(run.to(last).screen().text).toEqual(['UP', 'PRESSES 3']);
    expect(() => run.to(last + 1)).toThrow(`the recording has ${last} inputs`);
  });

  it('bytes that a program writes while time moves come at their time in the replay', () => {
    const recorder = recorded();
    const { fob } = recorder;
    let left = 3;
    fob.link.onData(() => {
      if (left-- > 0) fob.link.write(Buffer.from('again'));
    });
    fob.link.write(Buffer.from('first'));
    fob.keyDown();
    fob.advance(400);
    fob.keyUp();
    fob.advance(100);
    const recording = throughFile(recorder.recording());
    expect(recording.inputs.filter(input => input.do === 'bytes').map(({ at }) => at)).toHaveLength(4);
    const moved = recording.inputs.map(input => (input.do === 'advance' ? input.ms : 0));
    expect(moved.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(500);
    const run = replay(recording, facts => bootBy(facts));
    expect(run.to(recording.inputs.length).screen().text).toEqual(fob.screen().text);
    expect(run.to(recording.inputs.length).now()).toBe(fob.now());
  });

  it('what a person does in real time can be replayed in no time', async () => {
    const recorder = recorded({ clock: 'real', startMs: Date.now() });
    const { fob } = recorder;
    const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
    for (let press = 0; press < 2; press++) {
      fob.keyDown();
      await wait(120);
      fob.keyUp();
      await wait(120);
    }
    const run = replay(throughFile(recorder.recording()), facts => bootBy(facts));
    expect(run.to(1).screen().text).toEqual(['UP', 'PRESSES 0']);
    expect(run.to(run.recording.inputs.length).screen().text).toEqual(['UP', 'PRESSES 2']);
    expect(fob.screen().text).toEqual(['UP', 'PRESSES 2']);
  });

  it('an input that the fob refuses is not in the recording', () => {
    const recorder = recorded();
    expect(() => recorder.fob.keyDown(5)).toThrow('there is no key 5');
    expect(() => recorder.fob.moveWrist('tap')).toThrow('nobody wears this board');
    expect(() => recorder.fob.advance(-1)).toThrow('time moves forward only');
    expect(recorder.recording().inputs).toEqual([{ at: expect.any(Number), do: 'end' }]);
  });

  it('a recording holds inputs and the facts of the start, and nothing that the fob said or showed', () => {
    const recorder = recorded();
    recorder.fob.link.write(Buffer.from('a question'));
    recorder.fob.press();
    const text = formatRecording(recorder.recording());
    expect(text).not.toContain('PRESSES');
    expect(text.split(base64Of(Buffer.from('a question')))).toHaveLength(2);
    expect(JSON.parse(text.split('\n')[0] ?? '')).toEqual({ passfobRecording: 1, ...FACTS });
  });

  it('a recording ends at its bounds and says so', () => {
    const many = recorded();
    for (let input = 0; input <= MAX_RECORDED_INPUTS; input++) many.fob.setSupply(3);
    expect(many.unrepeatable).toBe('full');
    expect(many.recording().inputs).toHaveLength(MAX_RECORDED_INPUTS + 1);
    const much = recorded();
    const { frames } = much.fob;
    for (let sent = 0; sent <= MAX_RECORDED_WIRE_BYTES; sent += 65_536) frames.write(new Uint8Array(65_536));
    expect(much.unrepeatable).toBe('full');
  });

  it('a recording says that a computer of its own at the USB port cannot be replayed', () => {
    const recorder = recorded();
    expect(recorder.unrepeatable).toBeUndefined();
    recorder.fob.usbHid.serve(undefined);
    expect(recorder.unrepeatable).toBe('other-computer');
  });
});

describe('files of recordings', () => {
  const head = `${JSON.stringify({ passfobRecording: 1, ...FACTS })}\n`;

  it.each([
    ['no JSON', 'PK\u0003\u0004', 'line 1 is not JSON'],
    ['another JSON', '{"ready":true}', 'the file is no recording of a simulated fob'],
    ['nothing', '', 'line 1 is not JSON'],
    ['a later format', head.replace('1', '2'), /has another format/],
    ['an unknown board', head.replace('"pico"', '"pacman"'), 'line 1: "board" is missing or wrong'],
    ['a file that is no base64', head.replace('"files":{}', '"files":{"birth":"%"}'), /"files" is/],
    ['no such input', `${head}{"at":1,"do":"explode"}`, 'line 2 is no input: "do" names no input'],
    ['an inherited name', `${head}{"at":1,"do":"constructor"}`, 'line 2 is no input: "do" names no input'],
    ['a key without a number', `${head}{"at":1,"do":"keyDown"}`, /"key" is missing or wrong/],
    ['an unknown field', `${head}{"at":1,"do":"cutPower","why":1}`, /unknown field/],
    ['time going back', `${head}{"at":2,"do":"cutPower"}\n{"at":1,"do":"powerOn"}`, 'line 3 is earlier than'],
    [
      'overlapping times',
      `${head}{"at":0,"do":"advance","ms":2000}\n{"at":1999,"do":"advance","ms":1}`,
      'line 3 is earlier than',
    ],
    ['half a millisecond', `${head}{"at":0.5,"do":"cutPower"}`, '"at" is no whole number'],
    ['a time after centuries', `${head}{"at":9000000000000,"do":"cutPower"}`, '"at" is no whole number'],
    ['a strange plan', `${head}{"at":1,"do":"setFaults","plan":{"bite":1}}`, '"plan" is missing or wrong'],
    ['a list', `${head}[]`, 'line 2 is no input: it is no object'],
  ])('a file with %s is refused with the line and the reason', (_what, text, reason) => {
    expect(() => parseRecording(text)).toThrow(NotARecording);
    expect(() => parseRecording(text)).toThrow(reason);
  });

  it.each(['app', '.bootcde', '.boot0', 'birth2', '__proto__'])(
    'a recording that brings the file %s is refused by its name',
    name => {
      const text = head.replace('"files":{}', `"files":{"${name}":"AA=="}`);
      expect(() => parseRecording(text)).toThrow(NotARecording);
      expect(() => parseRecording(text)).toThrow(
        `the recording brings the file "${name}": only birth is data`,
      );
    },
  );
});
