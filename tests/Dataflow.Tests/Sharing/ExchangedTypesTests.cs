using System.Reflection;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests.Operators;
using static Dataflow.Tests.Serialization.MadeTypes;

namespace Dataflow.Tests.Sharing;

/// <summary>A new version of a pipeline reads what processes have left for each other in repartition topics, or is refused.</summary>
public sealed class ExchangedTypesTests : IDisposable
{
    private const ulong Lower = uint.MaxValue;
    private const int Partitions = 16;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_member_of_a_record_on_its_way_is_compared_as_in_state()
    {
        await RunSharedAsync(Class(("X", typeof(int))));

        await RunAsync(Class(("X", typeof(long)), ("Y", typeof(string))));
        Assert.Contains(
            "- Value: member 'X' was written as a whole number of 64 bits, and is read as text here",
            await RefusalAsync(Class(("X", typeof(string)))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_is_written_as_it_lies_in_memory_must_lie_so()
    {
        await RunSharedAsync(Struct(("X", typeof(int)), ("Y", typeof(int))));

        Assert.Contains(
            "- the checkpoint has   struct Value: X Int32@0, Y Int32@4\n- the pipeline has     struct Value: Y Int32@0, X Int32@4",
            await RefusalAsync(Struct(("Y", typeof(int)), ("X", typeof(int)))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_of_another_namespace_is_another_one()
    {
        await RunSharedAsync(Class("Shop.Value", ("X", typeof(int))));

        Assert.Contains(
            "- the checkpoint has   records at exchange: key Int32, value Shop::Value\n"
                + "- the pipeline has     records at exchange: key Int32, value Store::Value",
            await RefusalAsync(Class("Store.Value", ("X", typeof(int)))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_that_never_leave_the_process_are_not_compared()
    {
        Fill();
        await RunAsync(Class(("X", typeof(int))));
        await RunAsync(Class(("X", typeof(string))));
    }

    private async Task RunSharedAsync(Type value)
    {
        Fill();
        var group = new SharedGroup(_log);
        var (first, second) = (group.Add(), group.Add());
        group.Give(Lower, ~Lower);
        await using var one = await StartAsync(value, first);
        await using var other = await StartAsync(value, second);
        await one.StopAsync(Cancelled).WaitAsync(s_longest, Cancelled);
        await other.StopAsync(Cancelled).WaitAsync(s_longest, Cancelled);
    }

    private async Task RunAsync(Type value)
    {
        await using var job = await StartAsync(value, _log);
        await job.StopAsync(Cancelled).WaitAsync(s_longest, Cancelled);
    }

    private async Task<string> RefusalAsync(Type value)
        => (await Assert.ThrowsAsync<PlanException>(() => StartAsync(value, _log))).Message;

    private void Fill()
    {
        for (var partition = 0; partition < Partitions; partition++) _log.Append("numbers", [partition], partition, Partitions);
    }

    private static Task<Job> StartAsync(Type value, PartitionedLog log)
    {
        var make = typeof(ExchangedTypesTests).GetMethod(nameof(Counting), BindingFlags.NonPublic | BindingFlags.Static)!;
        var pipeline = (Pipeline)make.MakeGenericMethod(value).Invoke(null, null)!;
        return pipeline.StartAsync(new JobOptions { Log = log, Workers = 1 }, Cancelled);
    }

    private static Pipeline Counting<T>()
        where T : notnull
    {
        var pipeline = new Pipeline("counting");
        pipeline.From(Topic.Of<int>("numbers", Partitions)).KeyBy(number => number).Select(_ => Activator.CreateInstance<T>())
            .Process(static () => new RunningCount<int, T>()).Values().To(Topic.Of<long>("counts", 1));
        return pipeline;
    }
}
