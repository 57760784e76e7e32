import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig, settings, WrongSetting } from '../../src/config.ts';

describe('settings', () => {
  it('have a default each, so that nothing needs to be set', () => {
    expect(readConfig({})).toMatchObject({ HOST: '127.0.0.1', PORT: 3000, WORKERS: 2, LEASE_MS: 30_000 });
  });

  it('are refused by name with what would be right', () => {
    expect(() => readConfig({ PORT: 'eighty' })).toThrow(WrongSetting);
    expect(() => readConfig({ PORT: 'eighty' })).toThrow(/PORT must be a whole number \(it is "eighty"\)/);
    for (const PORT of [' ', '0x10', '1e3', '80.5', '-1', '65536', '9'.repeat(400)])
      expect(() => readConfig({ PORT }), PORT).toThrow(/^Wrong setting: PORT must be /);
    expect(() => readConfig({ LEASE_MS: '1' })).toThrow(/LEASE_MS must be at least 500/);
    expect(() => readConfig({ EVENT_LOG_URL: 'mysql:x' })).toThrow(
      /EVENT_LOG_URL must be a URL like sqlite:/,
    );
  });

  it('name what is wrong with a URL without the password in it', () => {
    const wrong = () => readConfig({ DOCUMENTS_URL: 'mongo://ada:se/cret@host/x' });
    expect(wrong).toThrow(
      /DOCUMENTS_URL must be a URL like sqlite:.* or mongodb:.* \(it is "mongo:\/\/…@host\/x"\)/,
    );
    expect(readConfig({ DOCUMENTS_URL: 'mongodb+srv://host/x' }).DOCUMENTS_URL).toBe('mongodb+srv://host/x');
  });

  it('refuse to listen on another machine’s side while a name is enough to sign in', () => {
    expect(() => readConfig({ HOST: '0.0.0.0' })).toThrow(/HOST must be a loopback address/);
  });

  it('name several engines by commas, each once, and say which there are', () => {
    expect(readConfig({ ENGINES: 'comfyui, sketch' }).ENGINES).toEqual(['comfyui', 'sketch']);
    for (const ENGINES of ['dalle', 'sketch,sketch', ',', 'sketch,flux'])
      expect(() => readConfig({ ENGINES }), ENGINES).toThrow(/ENGINES must be names of sketch, comfyui/);
    expect(() => readConfig({ COMFYUI_URL: 'localhost:8188' })).toThrow(/COMFYUI_URL must be a URL like/);
    expect(() => readConfig({ COMFYUI_WORKFLOWS: ',' })).toThrow(/COMFYUI_WORKFLOWS must name a workflow/);
  });

  it('name origins and proxies by commas, and refuse what is none', () => {
    expect(readConfig({ ALLOWED_ORIGINS: 'https://a.example, http://localhost:5173/' }).HOST).toBe(
      '127.0.0.1',
    );
    for (const ALLOWED_ORIGINS of ['*', 'a.example', 'null', 'file:///x', 'https://a.example/page'])
      expect(() => readConfig({ ALLOWED_ORIGINS }), ALLOWED_ORIGINS).toThrow(
        /ALLOWED_ORIGINS must be origins/,
      );
    expect(readConfig({ TRUSTED_PROXIES: '10.0.0.0/8, ::1' }).TRUSTED_PROXIES).toEqual(['10.0.0.0/8', '::1']);
    for (const TRUSTED_PROXIES of ['proxy.example', 'true', '10.0.0.0/64'])
      expect(() => readConfig({ TRUSTED_PROXIES }), TRUSTED_PROXIES).toThrow(
        /TRUSTED_PROXIES must name addresses/,
      );
  });

  it('want a key for the engine that is paid, and never show it', () => {
    expect(() => readConfig({ ENGINES: 'sketch,bfl' })).toThrow(
      /BFL_API_KEY must be set, for ENGINES names bfl/,
    );
    for (const name of ['BFL_API_KEY', 'OPENAI_API_KEY']) {
      const wrong = () => readConfig({ [name]: 'my secret' });
      expect(wrong).toThrow(new RegExp(`${name} must be printable`));
      expect(wrong).not.toThrow(/my secret/);
    }
  });

  it('are all in docs/settings.md, each with its default', () => {
    const page = readFileSync('docs/settings.md', 'utf8');
    for (const [name, value] of Object.entries(settings.parse({})))
      expect(page, name).toContain(`| \`${name}\` | ${String(value) === '' ? '' : `\`${value}\``} |`);
    for (const name of Object.keys(settings.shape)) expect(page, name).toContain(`| \`${name}\` |`);
  });
});
