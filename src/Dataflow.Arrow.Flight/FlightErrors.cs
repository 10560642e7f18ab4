using Dataflow.Log;
using Grpc.Core;

namespace Dataflow;

/// <summary>What trainers are told.</summary>
internal static class FlightErrors
{
    public static RpcException Invalid(string what) => new(new Status(StatusCode.InvalidArgument, $"{char.ToUpperInvariant(what[0])}{what[1..].TrimEnd('.')}."));

    public static RpcException OtherOrder(string trainer, int epoch, string order, string asked)
        => Invalid($"epoch {epoch} of trainer '{trainer}' was begun with {order}, not with {asked}. Go on with {order}, or begin another epoch");

    public static RpcException UnknownSet(string name, IEnumerable<string> sets)
        => new(new Status(StatusCode.NotFound, $"There is no training set '{name}'; there is {string.Join(", ", sets.Select(set => $"'{set}'"))}."));

    public static RpcException UnknownAction(string type)
        => new(new Status(StatusCode.Unimplemented, $"There is no action '{type}'; there is 'commit'."));

    public static RpcException Of(DataflowException error)
        => new(new Status(error is OffsetOutOfRangeException ? StatusCode.OutOfRange : StatusCode.DataLoss, error.Message));
}
