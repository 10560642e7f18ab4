// Goes through all views of a job whose names and values are markup and script, and reads its topics.

export default async function ({ open }, { url, job, views, topic }) {
    const { page, problems, close } = await open({ url, view: `jobs/${job}/overview` });
    const texts = [];
    for (const view of views) {
        await page.evaluate(hash => {
            location.hash = hash;
        }, `#/jobs/${job}/${view}`);
        await page.waitForFunction(name => document.querySelector('nav [aria-current]')?.href.endsWith(name), view);
        if (view === 'topics') {
            await page.waitForSelector('#topic option', { state: 'attached' });
            await page.selectOption('#topic', topic);
            await page.click('text="Read"');
            await page.waitForSelector('[aria-label="Records"] tbody tr');
        }
        await page.waitForTimeout(300);
        texts.push(
            await page
                .locator('main')
                .evaluate(
                    main =>
                        main.textContent + [...main.querySelectorAll('svg *')].map(node => node.getAttribute('aria-label') ?? '').join(),
                ),
        );
    }
    const hacked = await page.evaluate(() => ({
        ran: 'hacked' in globalThis,
        foreign: document.querySelectorAll('main img, main script, main iframe, main b').length,
    }));
    await close();
    return { ...hacked, text: texts.join('\n'), problems };
}
