using System.Text;
using Apache.Arrow;
using Apache.Arrow.Flight;
using Apache.Arrow.Flight.Server;
using Dataflow.Log;
using Google.Protobuf;
using Grpc.Core;

namespace Dataflow.Arrow.Flight;

/// <summary>Answers the calls of Flight clients.</summary>
internal sealed class TrainingFlights(PartitionedLog log, IReadOnlyDictionary<string, ServedSet> sets, TrainingCursors cursors)
    : FlightServer
{
    private const string Commit = "commit";

    public override async Task ListFlights(FlightCriteria request, IAsyncStreamWriter<FlightInfo> responseStream, ServerCallContext context)
    {
        foreach (var set in sets.Values.OrderBy(static set => set.Name, StringComparer.Ordinal))
            await responseStream.WriteAsync(await InfoAsync(FlightDescriptor.CreatePathDescriptor(set.Name)).ConfigureAwait(false))
                .ConfigureAwait(false);
    }

    public override Task<FlightInfo> GetFlightInfo(FlightDescriptor request, ServerCallContext context) => InfoAsync(request);

    public override Task<Schema> GetSchema(FlightDescriptor request, ServerCallContext context)
        => Task.FromResult(SetOf(RequestOf(request).Set).Schema);

    public override async Task DoGet(FlightTicket ticket, FlightServerRecordBatchStreamWriter responseStream, ServerCallContext context)
    {
        var asked = ShardTicket.Read(ticket.Ticket.Span);
        var set = SetOf(asked);
        await responseStream.SetupStream(set.SchemaOf(asked)).ConfigureAwait(false);
        foreach (var (batch, next) in set.Read(log, asked))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            await responseStream.WriteAsync(batch, ByteString.CopyFromUtf8((asked with { At = next }).ToText())).ConfigureAwait(false);
        }
    }

    public override Task ListActions(IAsyncStreamWriter<FlightActionType> responseStream, ServerCallContext context)
        => responseStream.WriteAsync(
            new FlightActionType(Commit, "Keeps how far a trainer is: the body is the metadata of the last batch that it is done with."));

    public override async Task DoAction(FlightAction request, IAsyncStreamWriter<FlightResult> responseStream, ServerCallContext context)
    {
        if (request.Type != Commit) throw FlightErrors.UnknownAction(request.Type);
        var ticket = ShardTicket.Read(request.Body.Span);
        await cursors.CommitAsync(SetOf(ticket).Topic, ticket).ConfigureAwait(false);
    }

    private async Task<FlightInfo> InfoAsync(FlightDescriptor descriptor)
    {
        var request = RequestOf(descriptor);
        var set = SetOf(request.Set);
        var tickets = await cursors.TicketsAsync(set, request).ConfigureAwait(false);
        FlightEndpoint[] endpoints = [
            .. tickets.Select(static ticket => new FlightEndpoint(new FlightTicket(Encoding.UTF8.GetBytes(ticket.ToText())), []))];
        return new FlightInfo(set.Schema, descriptor, endpoints, tickets.Sum(static ticket => ticket.To - ticket.At), -1);
    }

    private static TrainingRequest RequestOf(FlightDescriptor descriptor) => descriptor.Type == FlightDescriptorType.Command
        ? TrainingRequest.Read(descriptor.Command.Span)
        : new TrainingRequest { Set = string.Join('/', descriptor.Paths) };

    private ServedSet SetOf(string name) => sets.TryGetValue(name, out var set) ? set : throw FlightErrors.UnknownSet(name, sets.Keys);

    private ServedSet SetOf(ShardTicket ticket)
    {
        var set = SetOf(ticket.Set);
        var topic = log.GetTopic(set.Topic);
        if (ticket.Shard < 0 || ticket.Shard >= topic.PartitionCount)
            throw FlightErrors.Invalid($"'shard' is {ticket.Shard}; there are {topic.PartitionCount}, from 0");
        var end = set.RangeOf(log, ticket.Shard).To;
        if (ticket.To > end) throw FlightErrors.Invalid($"'to' is {ticket.To}; the shard ends at {end}");
        return set;
    }
}
