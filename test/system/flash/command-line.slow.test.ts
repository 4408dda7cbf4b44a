import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { uf2 } from '../../kit/uf2.ts';
import { passfob, type RunOptions } from '../../unit/host/kit/cli.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from '../../unit/host/kit/simulated-fob.ts';

describeNeeds(needsBuild, 'passfob flash and passfob update, as processes', () => {
  let board: SimulatedFob;
  let home: string;
  const run = (args: string[], options: Partial<RunOptions> = {}) =>
    passfob([...args, '--port', board.tcp], { home, ...options });

  beforeAll(async () => {
    board = await simulatedFob('--unflashed');
    home = mkdtempSync(join(tmpdir(), 'passfob-flash-'));
  });
  afterAll(async () => {
    await board.close();
    rmSync(home, { recursive: true });
  });

  it('flash says what it would do, makes a fob of a board, and update renews it', async () => {
    const looked = await run(['flash', '--board', 'pico', '--dry-run']);
    expect(looked).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^Its Espruino, 2v29, loses input that comes too fast\./),
    });
    expect(looked.stdout).toMatch(
      /^The board would become the fob PF-\S+ with firmware pico \S+\. New keys would be made and written\.\nWould be written: keys, 75 bytes\n[\s\S]*Nothing was changed\.\n$/,
    );

    const flashed = await run(['flash', '--board', 'pico', '--json']);
    expect(flashed.json()).toMatchObject({ ok: true, pairing: 'new', board: 'pico', isDryRun: false });
    expect(flashed.stderr).toMatch(/\d+ of \d+ bytes are on the fob PF-\S+ \(app\)\./);
    expect(flashed.stderr).not.toContain('interrupted');

    const again = await run(['flash', '--board', 'pico']);
    expect(again.exitCode).toBe(EXIT_CODES.refused.code);
    expect(again.stderr).toContain('run: passfob update');

    const generate = ['enroll', '--generate', '--label', 'anna'];
    expect((await run(generate)).exitCode).toBe(0);
    expect((await run(['update', '--dry-run'])).stdout).toMatch(
      /^The fob PF-\S+ has firmware \S+, and would get \S+\.\nWhich files would be written cannot be said yet: /,
    );

    const updated = await run(['update'], { when: ['to open it for an update', () => board.approve()] });
    expect(updated.stdout).toMatch(/^The fob PF-\S+ runs firmware \S+, \S+ before; accounts on it: 1\.\n$/);
    expect((await run(['verify'])).exitCode).toBe(0);
  });

  it('flash refuses --uf2 for a board whose boot loader takes none, and --drive alone', async () => {
    for (const [args, text] of [
      [
        ['pico', '--uf2', 'x.uf2'],
        '--uf2 and --drive are for a Raspberry Pi Pico; the boot loader of pico takes no such files.',
      ],
      [['rpi-pico', '--drive', home], '--drive needs --uf2 FILE.'],
    ] as const) {
      const refused = await run(['flash', '--board', ...args]);
      expect(refused).toMatchObject({
        exitCode: EXIT_CODES.usage.code,
        stderr: expect.stringContaining(text),
      });
    }
  });

  it('a dry run of flash with --uf2 says what it would copy, and copies nothing', async () => {
    const drive = join(home, 'drive');
    mkdirSync(drive);
    writeFileSync(
      join(drive, 'INFO_UF2.TXT'),
      'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n',
    );
    const file = join(home, 'espruino.uf2');
    writeFileSync(file, uf2('RP2040', 3));
    const args = ['flash', '--board', 'rpi-pico', '--uf2', file, '--drive', drive, '--dry-run'];
    const looked = await run(args);
    expect(looked.stdout).toMatch(
      /^Would be copied to \S+: 1536 bytes, a build that this passfob does not know \(SHA-256 [0-9a-f]{64}\)\.\n[\s\S]*Nothing was changed\.\n$/,
    );
    expect((await run([...args, '--json'])).json()).toEqual({
      ok: true,
      board: 'rpi-pico',
      isDryRun: true,
      espruino: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/), build: null, drive, bytes: 1536 },
    });
    expect(readdirSync(drive)).toEqual(['INFO_UF2.TXT']);
  });

  it('flash and update require the kind of board', async () => {
    const unknown = await run(['flash']);
    expect(unknown).toMatchObject({ exitCode: EXIT_CODES.usage.code });
    expect(unknown.stderr).toContain('board');
    const other = await run(['flash', '--board', 'pixljs']);
    expect(other.stderr).toContain(
      '--board takes one of "pico", "espruino-wifi", "rpi-pico", "rpi-pico2", "banglejs2", "bench"',
    );
  });
});
