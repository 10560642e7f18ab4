// Polls as fast as answers come: the size of the page before and after.

export default async function ({ open }, { url, view, polls }) {
    let answers = 0;
    const { page, problems, close } = await open({
        url,
        view,
        before: async page => {
            await page.addInitScript(() => {
                const wait = globalThis.setTimeout;
                globalThis.setTimeout = (run, ms, ...rest) => wait(run, ms === 1000 ? 0 : ms, ...rest);
            });
            page.on('response', response => {
                if (response.url().endsWith('/jobs')) answers++;
            });
        },
    });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const look = async () => {
        await session.send('HeapProfiler.collectGarbage');
        const { metrics } = await session.send('Performance.getMetrics');
        return Object.fromEntries(
            metrics
                .filter(metric => ['JSHeapUsedSize', 'Nodes', 'JSEventListeners'].includes(metric.name))
                .map(metric => [metric.name, metric.value]),
        );
    };
    /** The smallest of some looks: in the middle of a poll the page has the old plots and the new. */
    const measure = async count => {
        const end = answers + count;
        while (answers < end) await page.waitForTimeout(20);
        let least = await look();
        for (let i = 0; i < 6; i++) {
            await page.waitForTimeout(17);
            const found = await look();
            if (found.JSHeapUsedSize < least.JSHeapUsedSize) least = found;
        }
        return least;
    };
    const before = await measure(Math.max(620, polls / 4)); // past the bound of the history
    const after = await measure(polls);
    await close();
    return { before, after, problems };
}
