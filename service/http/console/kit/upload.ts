import type { FastifyInstance } from 'fastify';
import { parseMIMEType, Response } from 'undici';
import { consoleLimits } from '../../../base/limits/console.ts';
import { Problem } from '../../web/problems.ts';

/** An uploaded file of a form. */
export interface UploadedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A form with files (RFC 7578), read as a whole: its size is limited. */
export class Upload {
  readonly fields: URLSearchParams;
  readonly files: ReadonlyMap<string, UploadedFile>;

  constructor(fields: URLSearchParams, files: ReadonlyMap<string, UploadedFile>) {
    this.fields = fields;
    this.files = files;
  }
}

/** Makes the routes of an instance accept forms with files only. */
export function acceptUploads(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: consoleLimits.uploadMaxBytes },
    async (request: { headers: { 'content-type'?: string | undefined } }, body: string | Buffer) =>
      readUpload(request.headers['content-type'] ?? '', Buffer.from(body)),
  );
}

async function readUpload(type: string, body: Buffer): Promise<Upload> {
  const fields = new URLSearchParams();
  const files = new Map<string, UploadedFile>();
  for (const [name, value] of await formDataOf(type, body)) {
    if (typeof value === 'string') fields.append(name, value);
    // A field without a chosen file arrives as a file without name and content.
    else if (value.size > 0)
      files.set(name, { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  return new Upload(fields, files);
}

async function formDataOf(type: string, body: Buffer) {
  // Each part costs about as much as 50 kB of one, so parts are counted before any is parsed.
  if (!hasFewParts(type, body)) throw new Problem('malformed');
  try {
    return await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch {
    throw new Problem('malformed');
  }
}

/** Whether the boundary occurs at most once for each allowed part, and once more for the end. */
function hasFewParts(type: string, body: Buffer): boolean {
  const mediaType = parseMIMEType(type);
  const boundary = mediaType === 'failure' ? undefined : mediaType.parameters.get('boundary');
  if (!boundary) return false;
  let at = -1;
  for (let count = 0; count <= consoleLimits.uploadPartsMax + 1; count++) {
    at = body.indexOf(boundary, at + 1, 'utf8');
    if (at === -1) return true;
  }
  return false;
}
