import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { exportFormats, exportOf, nameOf } from '../../subjects/kit/export.ts';

/** An answer that is a file, in pieces that are made while they are read. */
export class FileAnswer {
  readonly type: string;
  readonly name: string;
  readonly pieces: AsyncIterable<string>;

  constructor(type: string, name: string, pieces: AsyncIterable<string>) {
    this.type = type;
    this.name = name;
    this.pieces = pieces;
  }

  /** Sends it; a reader that goes away ends the pieces. */
  sendTo(reply: FastifyReply): FastifyReply {
    return reply
      .header('content-disposition', `attachment; filename="${this.name}"`)
      .type(this.type)
      .send(Readable.from(this.pieces, { objectMode: false }));
  }
}

/** Returns a list as a file. */
export function fileOf(...given: Parameters<typeof exportOf>): FileAnswer {
  const [{ clock }, , list, { format }] = given;
  const day = new Date(clock()).toISOString().slice(0, 10);
  return new FileAnswer(exportFormats[format], `${nameOf(list)}-${day}.${format}`, exportOf(...given));
}
