using System.Globalization;
using Dataflow;
using Dataflow.EmbedTarget;
using Dataflow.Log;
using Dataflow.Onnx;

// One pipeline writes texts to a work topic, another drains it with workers that come, go and fail; to be killed at any moment
// and started again.
// EmbedTarget <directory> <model's directory> <texts>
var (directory, texts) = (args[0], int.Parse(args[2], CultureInfo.InvariantCulture));
using var model = EmbeddingModel.Load(args[1]);
await using var log = LogStore.Open(directory, new LogOptions { SegmentBytes = 1 << 20, JournalFileBytes = 1 << 20 });
var workers = new InferenceWorkers(1);
var options = new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(50) };
await using var requests = await Work.Requests(texts).StartAsync(options);
await using var embedding = await Work.Embedding(model, workers).StartAsync(options);
Console.WriteLine($"running from checkpoint {embedding.StartedFrom}");

var random = new Random();
while (Work.CountDone(log) < texts && !embedding.Completion.IsCompleted)
{
    switch (random.Next(4))
    {
        case 0: workers.Add(); break;
        case 1: workers.Add(new FlakyGenerator(model)); break;
        default: workers.Remove(); break;
    }

    if (workers.Count == 0) workers.Add();
    await Task.Delay(10);
}

await requests.Completion;
await embedding.StopAsync();
Console.WriteLine("finished");
