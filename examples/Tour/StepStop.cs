using Dataflow;

namespace Tour;

/// <summary>One stream into many records, into two streams, and without those that are there already.</summary>
internal static class StepStop
{
    public static Task RunAsync()
    {
        var pipeline = new Pipeline("steps");
        var orders = Shop.OrdersOf(pipeline);

        var parcels = orders.SelectMany(
            order => Enumerable.Range(1, order.Pieces).Select(piece => $"parcel  {piece} of order {order.Id}: {order.Item}"));
        var large = orders.Split(order => order.Pieces > 2, out var small);
        var firsts = orders.KeyBy(order => order.Customer).Deduplicate();

        parcels
            .Union(large.Select(order => $"large   order {order.Id}: {order.Pieces} pieces"))
            .Union(small.Select(order => $"small   order {order.Id}", name: "small"))
            .Union(firsts.Values().Select(order => $"new     {order.Customer}, with order {order.Id}", name: "new"))
            .To(Sink.Console<string>());
        return Shop.RunAsync(pipeline);
    }
}
