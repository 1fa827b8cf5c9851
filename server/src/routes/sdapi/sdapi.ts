/**
 * /sdapi/v1: the API of the WebUI, for the programs that speak it, on our queue and our gallery. docs/webui-api.md says
 * what is the same and what is not.
 */
import type { Routes } from '../types.ts';
import { listRoutes } from './lists.ts';
import { optionsRoutes } from './options.ts';
import { pngInfoRoutes } from './png-info.ts';
import { progressRoutes } from './progress.ts';
import { txt2imgRoutes } from './txt2img.ts';
import { sendWebuiRefusal } from './webui-errors.ts';

export const sdapiRoutes: Routes = (app, dependencies) => {
  app.register(async (webui) => {
    webui.setErrorHandler((error, request, reply) => sendWebuiRefusal(error, request, reply));
    /** Jobs that clients of this API wait for. */
    const own = new Set<string>();
    txt2imgRoutes(webui, dependencies, own);
    progressRoutes(webui, dependencies, own);
    optionsRoutes(webui, dependencies);
    listRoutes(webui, dependencies);
    pngInfoRoutes(webui);
  });
};
