import { createCipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { memoryStore } from '@passfob/simulator';
import type { SimulatedFob, Wire } from '@passfob/simulator/base/fob';
import { RPI_PICO } from '@passfob/simulator/board/wiring/rpi-pico';
import { builtImage } from '@passfob/simulator/fob/built-image';
import { connect } from 'passfob/client/client';
import { describe, expect, it } from 'vitest';
import { cableOf } from '../../../fob/conformance/simulator-driver.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { bootedFob } from '../../emulator/kit/resting-fob.ts';
import { evaluate, started } from '../kit/console.ts';
import { needsRp2040 } from '../kit/picos.ts';
import { type RpPico, rpPico } from './fob.ts';

const BUTTON = 15;
const FIRST_PICTURE_MS = 600;
const ENUMERATION_MS = 600;
/** Longer than the work of the shortest request. */
const HELLO_MS = 200;
/** More than the operations of one rewrite of a file. */
const CUTS_MAX = 12;
const NEW_FILE = 'x'.repeat(600);

/** Returns a fob that has done its work when a call returns. One that never sleeps gets a time for it. */
function working(board: RpPico, sleepsWithPort: boolean): SimulatedFob {
  if (sleepsWithPort) return bootedFob(board);
  const link: Wire = {
    write(bytes) {
      board.link.write(bytes);
      board.advance(HELLO_MS);
    },
    onData: listener => board.link.onData(listener),
  };
  return Object.assign(Object.create(board), { link });
}

describeNeeds(needsRp2040(), "Espruino's own firmware on an RP2040", firmwares => {
  describe.each(firmwares)('$name', ({ chip }) => {
    it('the imitated rpi-pico has the facts that its firmware tells', () => {
      const board = started(rpPico({ ...chip, seed: 1 }));
      const tell = (expression: string) => evaluate(board, expression);
      const { flash, variables, build, queueBytes } = RPI_PICO;
      expect(tell('process.env.BOARD')).toBe(build);
      expect(tell('process.memory().total')).toBe(variables);
      expect(tell('process.memory().rx.total')).toBe(queueBytes);
      expect(tell(`require("Flash").getPage(${flash.at}).length`)).toBe(flash.pageBytes);
      expect(tell('require("Storage").getFree()')).toBe(flash.pageBytes * flash.pages);
      expect(tell('getSerial().replace("-","")')).toBe(board.usbHid.serialNumber);
      expect(tell('typeof BTN1 + typeof setDeepSleep + typeof E.sendUSBHID')).toBe('undefined'.repeat(3));
      expect(tell('[typeof E.reboot, typeof E.setConsole]')).toEqual(['function', 'function']);
      expect(board.violations).toEqual([]);
    });

    it('the libraries for cryptography compute', () => {
      const board = started(rpPico({ ...chip, seed: 1 }));
      const hash = (name: string) => evaluate(board, `btoa(E.toString(require("crypto").${name}("abc")))`);
      for (const name of ['SHA1', 'SHA256', 'SHA512'])
        expect(hash(name)).toBe(createHash(name).update('abc').digest('base64'));
      const options = '{keySize:16,iterations:20,hasher:"SHA512"}';
      expect(
        evaluate(board, `btoa(E.toString(require("crypto").PBKDF2("password","salt",${options})))`),
      ).toBe(pbkdf2Sync('password', 'salt', 20, 64, 'sha512').toString('base64'));
      const [key, iv, message] = ['k'.repeat(32), 'v'.repeat(16), 'm'.repeat(32)];
      const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
      expect(
        evaluate(
          board,
          `btoa(E.toString(require("crypto").AES.encrypt("${message}","${key}",{iv:"${iv}",mode:"CBC"})))`,
        ),
      ).toBe(cipher.update(message).toString('base64'));
    });

    it('an absent part costs an exception after milliseconds, not a time limit', () => {
      const board = started(rpPico({ ...chip, seed: 1 }));
      evaluate(board, 'I2C1.setup({sda:D4,scl:D5,bitrate:400000})');
      expect(() => evaluate(board, 'I2C1.writeTo(0x20,1)')).toThrow('I2C I/O error');
      expect(() => evaluate(board, 'I2C1.readFrom(0x20,7)')).toThrow('I2C I/O error');
      expect(evaluate(board, '(I2C1.writeTo(0x68,0),I2C1.readFrom(0x68,3).length)')).toBe(3);
    });

    it('a write of which a part refuses a byte is an exception, whichever byte it is', () => {
      for (let seed = 1; seed <= 8; seed++) {
        const board = started(rpPico({ ...chip, seed }));
        evaluate(board, 'I2C1.setup({sda:D4,scl:D5,bitrate:400000})');
        board.setFaults({ bus: { at: { 1: 'fail' } } });
        expect(
          () => evaluate(board, 'I2C1.writeTo(0x3c,[0x40,new Uint8Array(250)])'),
          `seed ${seed}`,
        ).toThrow('I2C I/O error');
        board.close();
      }
    });

    it('a button to ground reads low while it is down, through the pull-up of its pin', () => {
      const board = started(rpPico({ ...chip, seed: 1 }));
      evaluate(board, 'pinMode(D15,"input_pullup")');
      expect(board.hardware.chip?.isPulledUp(BUTTON)).toBe(true);
      expect(evaluate(board, 'digitalRead(D15)')).toBe(1);
      board.keyDown();
      board.advance(20);
      expect(evaluate(board, 'digitalRead(D15)')).toBe(0);
    });

    it('E.reboot and a watchdog that nobody feeds reset the chip, whose clock begins at 0', () => {
      const board = started(rpPico({ ...chip, seed: 1 }));
      board.link.write(Buffer.from('E.reboot()\n'));
      started(board);
      expect(board.hardware.resets).toBe(1);
      expect(evaluate(board, 'getTime()')).toBeLessThan(3);
      evaluate(board, 'E.enableWatchdog(2,false)');
      board.advance(2_500);
      expect(board.hardware.resets).toBe(2);
    });

    it('a file that is written while the power goes is old, new or gone, and the other file stays', () => {
      const write = (name: string, text: string) => `require("Storage").write("${name}","${text}")`;
      const found = new Set<unknown>();
      let cuts = 0;
      for (let nth = 1; nth <= CUTS_MAX; nth++) {
        const board = started(rpPico({ ...chip, seed: nth }));
        evaluate(board, write('kept', 'K'));
        evaluate(board, write('changed', 'old'));
        board.cutPowerAtOperation(nth);
        board.link.write(Buffer.from(`\x10${write('changed', NEW_FILE)}\n`));
        board.advance(1_000);
        if (!board.powered) cuts++;
        board.powerOn();
        started(board);
        expect(evaluate(board, 'require("Storage").read("kept")'), `cut ${nth}`).toBe('K');
        found.add(evaluate(board, 'require("Storage").read("changed")'));
      }
      expect(cuts).toBeGreaterThan(1);
      expect(found).toContain(NEW_FILE);
      console.log(`${cuts} cuts left ${found.size} contents`);
    });

    it.each([true, false])(
      'the image shows its first picture, USB is there, and a fob says hello; sleep with an open port: %s',
      async sleepsWithPort => {
        const image = builtImage('rpi-pico');
        const birth = new Uint8Array(32).fill(7);
        const storage = memoryStore();
        const board = rpPico({ ...chip, seed: 1, image, storage, files: { birth }, sleepsWithPort });
        const until = (isSo: () => boolean) => {
          const from = board.ranMs();
          while (!isSo() && board.ranMs() - from < 5_000) board.advance(1);
          return board.ranMs();
        };
        expect(until(() => board.screen().on)).toBeLessThan(FIRST_PICTURE_MS);
        expect(until(() => board.hardware.chip?.computer.isOpen ?? false)).toBeLessThan(ENUMERATION_MS);
        board.advance(1_000);
        const hello = await connect(cableOf(working(board, sleepsWithPort))).hello();
        expect(hello).toMatchObject({ board: 'rpi-pico', state: 'blank' });
        expect(board.violations).toEqual([]);
      },
    );
  });
});
