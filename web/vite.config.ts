/** Build and dev server of the web client. The dev server hands API, WebUI-compatible and socket traffic to EASEL_URL. */
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

const server = process.env['EASEL_URL'] ?? 'http://127.0.0.1:7860';

/** Modules that the page loads at once. */
const first = new Set<string>();

const findFirst = (): Plugin => ({
  name: 'find-first',
  buildEnd() {
    first.clear();
    const next = [...this.getModuleIds()].filter((id) => this.getModuleInfo(id)?.isEntry);
    // The list grows while it is gone through.
    for (const id of next) {
      if (first.has(id)) continue;
      first.add(id);
      next.push(...(this.getModuleInfo(id)?.importedIds ?? []));
    }
  },
});

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), findFirst()],
  // Contracts are read from their source, so a change there needs no build to be seen here.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // In one file: what lazy parts use too would else be cut into some fifty of its own, which together are larger.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', test: (id) => first.has(id) }] } } },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      // The server allows only its own Host and Origin; the proxy speaks as the server's own page would.
      '/api': { target: server, changeOrigin: true, headers: { origin: server } },
      '/sdapi': { target: server, changeOrigin: true, headers: { origin: server } },
      '/socket.io': { target: server, changeOrigin: true, ws: true, headers: { origin: server } },
    },
  },
});
