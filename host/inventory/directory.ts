import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Returns the inventory's folder: `PASSFOB_HOME`, or the system's folder for a user's application data (XDG Base
 * Directory Specification; Application Support on macOS; LOCALAPPDATA on Windows).
 */
export function inventoryDirectory(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  if (environment.PASSFOB_HOME) return environment.PASSFOB_HOME;
  if (platform === 'win32') {
    return join(environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'passfob');
  }
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'passfob');
  // The specification says that relative paths are ignored.
  const data = environment.XDG_DATA_HOME;
  return join(data?.startsWith('/') ? data : join(home, '.local', 'share'), 'passfob');
}
