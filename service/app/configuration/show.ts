import type { Configuration } from './configuration.ts';
import { SETTING_NAMES, type SettingName } from './settings.ts';
import { maskedDatabaseUrl } from './values.ts';

/** One setting as it may be shown: its value, without secrets, and where it came from. */
export interface ShownSetting {
  readonly setting: SettingName;
  readonly value: string | number | readonly string[] | null;
  readonly origin: string;
}

/** The configuration without secrets. */
export function shownConfiguration(
  configuration: Configuration,
  origins: Readonly<Record<SettingName, string>>,
): ShownSetting[] {
  return SETTING_NAMES.map(setting => {
    const value = configuration[setting];
    const isSecret = setting === 'databaseUrl' && typeof value === 'string';
    return { setting, value: isSecret ? maskedDatabaseUrl(value) : value, origin: origins[setting] };
  });
}
