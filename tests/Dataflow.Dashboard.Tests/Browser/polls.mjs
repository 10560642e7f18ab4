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
    const measure = async count => {
        const end = answers + count;
        while (answers < end) await page.waitForTimeout(20);
        await session.send('HeapProfiler.collectGarbage');
        await session.send('Performance.enable');
        const { metrics } = await session.send('Performance.getMetrics');
        return Object.fromEntries(
            metrics
                .filter(metric => ['JSHeapUsedSize', 'Nodes', 'JSEventListeners'].includes(metric.name))
                .map(metric => [metric.name, metric.value]),
        );
    };
    const before = await measure(Math.max(620, polls / 4)); // past the bound of the history
    const after = await measure(polls);
    await close();
    return { before, after, problems };
}
