// Deletes a topic by keyboard: one that a job needs, then one that nobody needs with a wrong name, then with its own.

export default async function ({ open }, { url, job, token, needed, topic }) {
    const { page, problems, close } = await open({ url, view: `jobs/${job}/topics` });
    const ask = async name => {
        await page.locator(`[aria-label="Delete topic ${name}"]`).focus();
        await page.keyboard.press('Enter');
    };
    const confirm = async name => {
        await page.fill('#dialogName', name);
        await page.fill('#dialogToken', token);
        await page.keyboard.press('Enter');
    };
    const refusal = async () => {
        await page.waitForFunction(() => document.getElementById('dialogError').textContent);
        return page.locator('#dialogError').textContent();
    };
    await ask(needed);
    await confirm(needed);
    const refused = [await refusal()];
    await page.click('#dialogCancel');
    await ask(topic);
    const text = await page.locator('#dialogText').textContent();
    await confirm(`${topic}x`);
    refused.push(await refusal());
    await confirm(topic);
    await page.waitForSelector('#dialog', { state: 'hidden' });
    const said = await page.locator('main [role=status]').last().textContent();
    await page.waitForSelector(`[aria-label="Delete topic ${topic}"]`, { state: 'detached' });
    await close();
    return { refused, text, said, problems: problems.filter(problem => !/4(09|22)/.test(problem)) };
}
