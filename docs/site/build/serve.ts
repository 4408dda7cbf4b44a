import { createReadStream, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, resolve, sep } from 'node:path';

const HOST = '127.0.0.1';
const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** A site that is served; `close` ends it. */
export interface ServedSite {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the built site on this computer alone.
 *
 * @param base path under which the site was built, with `/` at both ends
 * @param port 0 for any free one
 * @throws Error with a sentence about a busy port and what to do next
 */
export async function serveSite(out: string, base: string, port: number): Promise<ServedSite> {
  const server = siteServer(out, base);
  await new Promise<void>((done, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen(port, HOST, done);
  });
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}${base}`,
    close: () =>
      new Promise(done => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function siteServer(out: string, base: string): Server {
  return createServer(({ method, url = '/' }, response) => {
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    const path = pathOf(url);
    if (path === '/' && base !== '/') {
      response.writeHead(302, { location: base }).end();
      return;
    }
    const found = path?.startsWith(base) ? fileAt(out, path.slice(base.length)) : undefined;
    const file = found ?? fileAt(out, '404.html');
    const type = MIME_TYPES[extname(file ?? '')] ?? 'application/octet-stream';
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': type });
    if (file === undefined || method === 'HEAD') response.end();
    else
      createReadStream(file)
        .on('error', () => response.destroy())
        .pipe(response);
  });
}

/** Returns the decoded path; undefined if it cannot be decoded. */
function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '');
  } catch {
    return undefined;
  }
}

/** Returns the file of a path below the folder, `index.html` for a folder; undefined if there is none. */
function fileAt(out: string, path: string): string | undefined {
  const root = resolve(out);
  if (path.includes('\0')) return undefined;
  const file = resolve(root, path === '' || path.endsWith('/') ? `${path}index.html` : path);
  if (!file.startsWith(root + sep)) return undefined;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  const other = port < 65_535 ? port + 1 : port - 1;
  return new Error(
    `Port ${port} of ${HOST} is in use.\nStop the other program, or choose another port: --port ${other}`,
  );
}
