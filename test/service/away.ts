import { ServiceError } from '@passfob/service/base/errors';
import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';

/** Makes a database fail for a while, or only the statements about one of its tables. */
export class Away implements KyselyPlugin {
  isAway = false;
  /** How many statements failed: writes, or also reads if the whole database is away. */
  failed = 0;
  private readonly table: string | undefined;

  constructor(table?: string) {
    this.table = table;
  }

  transformQuery({ node }: PluginTransformQueryArgs) {
    const { table } = this;
    if (!this.isAway || (table !== undefined && !JSON.stringify(node).includes(`"${table}"`))) return node;
    if (table === undefined || node.kind !== 'SelectQueryNode') this.failed++;
    throw new ServiceError('busy', 'the database is away');
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}
