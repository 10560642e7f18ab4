using Dataflow.Features;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;
using StackExchange.Redis;
using static Dataflow.Tests.Shared.SharedJobs;

namespace Dataflow.Redis.Tests;

/// <summary>A real Redis to which several processes write, each the hashes of its keys.</summary>
public sealed class SharedRedisTests : IDisposable
{
    private const ulong First = 0x0000_0000_003F_FFFF;
    private const ulong Second = 0x0000_0FFF_FFC0_0000;
    private const ulong Third = ~(First | Second);
    private const int Partitions = 16; // enough for splits in each process
    private const int Items = 40;
    private const int Rounds = 12;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly List<IDisposable> _opened = [];
    private readonly SharedGroup _group;
    private readonly ManualResetEventSlim _goesOn = new();
    private string _configuration = "";
    private IDatabase _redis = null!; // set by Start

    public SharedRedisTests() => _group = new SharedGroup(_log);

    public void Dispose()
    {
        _goesOn.Set();
        foreach (var opened in Enumerable.Reverse(_opened)) opened.Dispose();
        _log.Dispose();
        _goesOn.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_process_writes_after_others_have_taken_over_is_refused(bool isCluster)
    {
        Start(isCluster);
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(ulong.MaxValue, 0);
        await using var standing = await StartAsync(
            first,
            order =>
            {
                if (order.Pieces == 2) _goesOn.Wait();
                return order.Pieces is 1 or 2; // what comes later it does not see
            },
            checkpoints: TimeSpan.FromHours(1)); // so that it does not learn of its death by a commit
        await using var living = await StartAsync(second);
        Write([new("changed", 1), new("gone", 1), new("new", 0)]);
        await UntilAsync(() => PiecesOf("changed") == 1 && PiecesOf("gone") == 1, standing, living);
        Write([new("changed", 2), new("gone", 2), new("new", 2)]); // it stands still in front of these

        first.Die();
        _group.Give(ulong.MaxValue);
        Write([new("changed", 3), new("gone", 0), new("new", 0)]);
        await UntilAsync(() => PiecesOf("changed") == 3 && PiecesOf("gone") is null && PiecesOf("new") is null, living);
        _goesOn.Set();
        await standing.StopAsync(TestContext.Current.CancellationToken).WaitAsync(s_longest, TestContext.Current.CancellationToken);

        Assert.Equal((3, null, null), (PiecesOf("changed"), PiecesOf("gone"), PiecesOf("new")));
        Assert.True(first.IsShutOut); // before it could commit
        Write([new("changed", 4)]);
        await UntilAsync(() => PiecesOf("changed") == 4, living);
    }

    [Fact]
    public async Task Processes_that_come_go_and_die_leave_the_hashes_of_one()
    {
        Start();
        var (first, second, third) = (_group.Add(), _group.Add(), _group.Add());
        _group.Give(First, Second, Third);
        await using var dying = await StartAsync(first);
        await using var other = await StartAsync(second);
        await using var last = await StartAsync(third);
        var round = 0;
        foreach (var shares in new ulong[][] { [First, Third, Second], [Third, First | Second, 0], [First, Second, Third] })
        {
            Write(OrdersOf(round++));
            _group.Give(shares);
            Write(OrdersOf(round++));
            await UntilAsync(() => _group.IsSettled, dying, other, last);
        }

        first.Die();
        await dying.CancelAsync();
        _group.Give(First | Second, Third);
        while (round < Rounds) Write(OrdersOf(round++));
        await UntilAsync(
            () => other.Status.Splits.Concat(last.Status.Splits).Sum(static split => split.Position) == Rounds * Items, other, last);
        await last.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(s_longest, TestContext.Current.CancellationToken);
        await other.Completion.WaitAsync(s_longest, TestContext.Current.CancellationToken);

        var shared = All();
        Assert.NotEmpty(shared);
        await _redis.ExecuteAsync("FLUSHALL");
        SimulatedJob.Start(Orders(isBounded: true), _log).Run(); // its name is another
        Assert.Equal(All(), shared);
    }

    [Fact]
    public async Task All_processes_write_anew_what_Redis_has_lost()
    {
        Start();
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(First, ~First);
        await using var one = await StartAsync(first, areRows: false);
        await using var other = await StartAsync(second, areRows: false);
        Write(OrdersOf(0));
        await UntilAsync(() => All().Count == Items, one, other);
        var epochs = (one.Status.Checkpoints.Last, other.Status.Checkpoints.Last);
        await UntilAsync(
            () => one.Status.Checkpoints.Last > epochs.Item1 + 1 && other.Status.Checkpoints.Last > epochs.Item2 + 1, one, other);
        var before = All();

        await _redis.ExecuteAsync("FLUSHALL");

        await UntilAsync(() => All().SequenceEqual(before), one, other);
    }

    [Fact]
    public void The_error_of_a_write_that_is_refused_may_pass()
    {
        var error = RedisErrors.Of("stock", new RedisServerException("FENCED another process has taken the work over"));

        Assert.True(error.IsTransient);
        Assert.Equal(
            "Store 'stock': another process has taken over what this one wrote, since it stood still for too long. Nothing is lost: the "
                + "job goes on with what it has to do from then on.", error.Message);
    }

    [Fact]
    public void Nothing_keeps_processes_from_sharing_it()
    {
        Start();
        Assert.Empty(Orders().Explain().ReasonsNotToShare);
    }

    private void Start(bool isCluster = false)
    {
        var server = RedisServer.Start(isCluster);
        _opened.Add(server);
        _configuration = $"{server.Configuration},allowAdmin=true";
        if (isCluster) MakeWhole(server);
        var connection = ConnectionMultiplexer.Connect(_configuration);
        _opened.Add(connection);
        _redis = connection.GetDatabase();
        for (var partition = 0; partition < Partitions; partition++) _log.Append<Order>("orders", [], partition, Partitions);
    }

    /// <summary>Gives a server of a cluster all slots.</summary>
    private static void MakeWhole(RedisServer server)
    {
        using var connection = ConnectionMultiplexer.Connect(server.Configuration);
        var node = connection.GetServers()[0];
        node.Execute("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        SpinWait.SpinUntil(
            () => node.Execute("CLUSTER", "INFO").ToString().Contains("cluster_state:ok", StringComparison.Ordinal), s_longest);
    }

    private int? PiecesOf(string item) => (int?)_redis.HashGet($"stock:{item}", "Pieces");

    /// <summary>All hashes but for what depends on the moment of writing.</summary>
    private List<string> All()
        => [.. _redis.Multiplexer.GetServers()[0].Keys(pattern: "s*:*").Select(TextOf).Order(StringComparer.Ordinal)];

    private string TextOf(RedisKey key)
    {
        var fields = _redis.HashGetAll(key).Where(static field => !field.Name.StartsWith("@") || field.Name == "@statuses");
        return $"{key}: {string.Join(' ', fields.Select(static field => $"{field}").Order(StringComparer.Ordinal))}";
    }

    private void Write(IReadOnlyList<Order> orders)
    {
        for (var partition = 0; partition < Partitions; partition++)
            _log.Append("orders", orders.Where(order => order.Item.Length % Partitions == partition), partition, Partitions);
    }

    /// <summary>An order of each item; with no pieces its row goes.</summary>
    private static List<Order> OrdersOf(int round)
        => [.. Enumerable.Range(0, Items).Select(item => new Order(new string('i', item), ((round * 7) + item) % 5))];

    private Pipeline Orders(Func<Order, bool>? takes = null, bool areRows = true, bool isBounded = false)
    {
        var pipeline = new Pipeline(isBounded ? "one" : "shared");
        var topic = Topic.Of<Order>("orders", Partitions);
        var orders = (isBounded ? pipeline.From(topic.StopAtEnd()) : pipeline.From(topic)).Where(order => takes?.Invoke(order) != false)
            .WithEventTime(static order => 0L).KeyBy(static order => order.Item);
        orders.FeatureView("sales", static v => v.Last("last", static order => order.Pieces)).ToRedis(_configuration);
        if (areRows) orders.ToTable().Where(static order => order.Pieces > 0).ToRedis(_configuration, "stock");
        return pipeline;
    }

    private Task<Job> StartAsync(PartitionedLog log, Func<Order, bool>? takes = null, bool areRows = true, TimeSpan? checkpoints = null)
        => Orders(takes, areRows).StartAsync(
            new JobOptions { Log = log, Workers = 2, CheckpointInterval = checkpoints ?? TimeSpan.FromMilliseconds(20) },
            TestContext.Current.CancellationToken);

    public sealed record Order(string Item, int Pieces);
}
