// Runs the scripts of this folder in one Chromium: a line of JSON asks for one, a line of JSON answers.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [, , modules, executablePath] = process.argv;
const require = createRequire(`${modules}/`);
const { chromium } = require('playwright-core');
const axe = require.resolve('axe-core');
const browser = await chromium.launch({
    executablePath,
    args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--js-flags=--expose-gc',
    ],
});

for await (const line of createInterface({ input: process.stdin })) {
    const { script, args } = JSON.parse(line);
    const context = { browser, axe, open: options => open(options) };
    try {
        const { default: run } = await import(`./${script}.mjs`);
        const late = new Promise((_, fail) => {
            setTimeout(() => fail(new Error('It takes longer than 100 s.')), 100_000).unref();
        });
        console.log(JSON.stringify({ result: (await Promise.race([run(context, args), late])) ?? null }));
    } catch (error) {
        console.log(JSON.stringify({ error: String(error.stack ?? error) }));
    }
}
await browser.close();

/** Opens a view and waits until it is live. Problems: whatever the console, the page or the network complains about. */
async function open({ url, view = '', width = 1440, scheme = 'light', before = async () => {} }) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: 'reduce' });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    const problems = [];
    page.on('console', message => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', error => problems.push(error.message));
    page.on('dialog', dialog => {
        problems.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });
    page.on('request', request => new URL(request.url()).origin === new URL(url).origin || problems.push(`asks ${request.url()}`));
    await before(page);
    await page.goto(`${url}#/${view}`);
    await page.waitForSelector('.live.on');
    return { page, problems, close: () => context.close() };
}
