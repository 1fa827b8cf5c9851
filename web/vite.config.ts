/** Build and dev server of the web client. The dev server hands API, WebUI-compatible and socket traffic to EASEL_URL. */
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

const server = process.env['EASEL_URL'] ?? 'http://127.0.0.1:7860';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  // Contracts are read from their source, so a change there needs no build to be seen here.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
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
