// Opens a dashboard that needs a token to read.

export default async function ({ browser }, { url, token }) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForSelector('#dialog[open]');
    await page.fill('#dialogToken', token);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.live.on');
    const heading = await page.locator('h1').textContent();
    await context.close();
    return heading;
}
