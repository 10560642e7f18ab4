using Dataflow.Log;
using Grpc.Core;

namespace Dataflow.Arrow.Flight;

/// <summary>Makes the errors of the server: those of its sets, and those that trainers receive.</summary>
internal static class FlightErrors
{
    public static RpcException Invalid(string what)
        => new(new Status(StatusCode.InvalidArgument, $"{char.ToUpperInvariant(what[0])}{what[1..].TrimEnd('.')}."));

    public static RpcException OtherOrder(string trainer, int epoch, string order, string asked)
        => Invalid(
            $"epoch {epoch} of trainer '{trainer}' was begun with {order}, not with {asked}. Go on with {order}, or begin another epoch");

    public static RpcException UnknownSet(string name, IEnumerable<string> sets)
        => new(new Status(
            StatusCode.NotFound, $"There is no training set '{name}'; there is {string.Join(", ", sets.Select(set => $"'{set}'"))}."));

    public static RpcException UnknownAction(string type)
        => new(new Status(StatusCode.Unimplemented, $"There is no action '{type}'; there is 'commit'."));

    public static ConnectorException OtherColumnsInSet(string path, IEnumerable<string> differences)
        => new($"File '{path}': its columns are not those of the set's first file: {string.Join(", ", differences)}. A set has the same "
            + "columns in all its files; export the changed rows to a directory of their own.");

    /// <summary>Returns the gRPC status for an exception that no call has turned into one.</summary>
    public static RpcException Of(Exception error) => error switch
    {
        RpcException status => status,
        OffsetOutOfRangeException => new(new Status(StatusCode.OutOfRange, error.Message)),
        DataflowException => new(new Status(StatusCode.DataLoss, error.Message)),
        IOException or InvalidDataException
            => new(new Status(StatusCode.DataLoss, $"The set's data cannot be read ({error.GetType().Name}).")),
        NotImplementedException => new(
            new Status(StatusCode.Unimplemented, "The server only gives training sets: it takes no data, and has no such call.")),
        OperationCanceledException => new(new Status(StatusCode.Cancelled, "The call was given up.")),
        _ => new(new Status(StatusCode.Internal, $"The call failed ({error.GetType().Name}).")),
    };
}
