import { crc32 } from 'node:zlib';
import { connect } from 'passfob/client/client';
import type { Context } from 'passfob/commands/context';
import { readEnrolment } from 'passfob/commands/enrol-source';
import { enroll } from 'passfob/commands/enroll';
import { flash } from 'passfob/commands/flash';
import { type BoardPort, builtImage } from 'passfob/commands/flash-steps';
import type { list } from 'passfob/commands/list';
import { update } from 'passfob/commands/update';
import { verify } from 'passfob/commands/verify';
import type { FlashBoardName } from 'passfob/flash/boards';
import { boardFile, type Image } from 'passfob/flash/image';
import { type Workplace, workplace } from '../../unit/host/kit/workplace.ts';
import type { Board } from './kit.ts';

interface OnCable {
  readonly port: BoardPort;
}

export const NO_QUESTIONS = {
  confirm: async (question: string) => {
    throw new Error(`it asked: ${question}`);
  },
};

/** Returns the firmware with another version of the same length in it, as the build would have written it. */
export function imageOfVersion(version: string, board: FlashBoardName = 'pico'): Image {
  const built = builtImage(board);
  const files = built.files.map(file => {
    if (file.name !== 'app') return file;
    const code = Buffer.from(file.bytes).toString('latin1').slice(15);
    const changed = code.replaceAll(built.firmware, version);
    const crc = crc32(Buffer.from(changed, 'latin1')).toString(16).padStart(8, '0');
    return boardFile('app', new Uint8Array(Buffer.from(`//PF1 ${crc}\n${changed}`, 'latin1')));
  });
  return { board, firmware: version, files };
}

/** Returns an owner who presses the board's button. */
export function ownerOf(board: () => Board): Workplace & { readonly context: Context } {
  const place = workplace();
  const report: Context['report'] = progress => {
    place.context.report(progress);
    board().answer(progress);
  };
  return { ...place, context: { ...place.context, report } };
}

export function flashed(context: Context, board: Board) {
  return flash(context, board.port, { board: 'pico', isDryRun: false, ...NO_QUESTIONS });
}

export function updated(context: Context, board: Board, image: Image) {
  return update(context, board.port, { isDryRun: false, image: () => image });
}

/** Puts accounts on a fob. */
export async function enrolled(context: Context, board: OnCable, labels: readonly string[]): Promise<void> {
  for (const label of labels) {
    const enrolment = await readEnrolment(
      {
        from: 'generate',
        kind: 'hotp',
        algorithm: 'sha1',
        digits: 6,
        alphabet: 'decimal',
        period: 30,
        issuer: 'Example',
        label,
      },
      { standardInput: async () => '', random: context.random },
    );
    await onFob(board, fob => enroll(context, fob, enrolment, { saveTo: undefined }));
  }
}

export async function onFob<T>(
  board: OnCable,
  work: (fob: Parameters<typeof list>[1]) => Promise<T>,
): Promise<T> {
  // A virtual board on a busy machine is slow, and says so.
  const answerTimeoutMs = Math.max(2_000, board.port.patience?.probe.answerTimeoutMs ?? 0);
  const client = connect(await board.port.open(), { patience: { answerTimeoutMs, sendsMax: 1 } });
  try {
    return await work({ address: 'cable', client, hello: await client.hello() });
  } finally {
    await client.close();
  }
}

/** Returns the sorted labels of the accounts on a fob, all of which have proved themselves. */
export async function accountsOn(context: Context, board: OnCable): Promise<string[]> {
  const { accounts } = await onFob(board, fob => verify(context, fob));
  const wrong = accounts.filter(({ verdict }) => verdict !== 'proved');
  if (wrong.length > 0) throw new Error(`an account is ${wrong[0]?.verdict}`);
  return accounts.map(({ label }) => label).sort();
}
