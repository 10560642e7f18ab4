using System.Globalization;
using Dataflow.Dashboard.Api;
using Microsoft.AspNetCore.Http;

namespace Dataflow.Dashboard;

/// <summary>Asks what a pipeline offers to look up.</summary>
internal static class LookupQuery
{
    private const int MaxLetters = 2000;

    public static async Task<LookupAnswerView> AskAsync(Job job, string name, HttpRequest request, bool showsValues)
    {
        if (!showsValues)
            throw new RefusedException(403, "Values may be personal, and this dashboard does not show them. Start it with ShowsValues.");
        var lookup = job.Lookups.FirstOrDefault(lookup => lookup.Name == name)
            ?? throw new RefusedException(404, "There is no such lookup; api/v1/jobs/{job}/lookups lists them.");
        try
        {
            var question = request.Query["question"].ToString();
            var answer = await lookup.AskAsync(job, question, TimeOf(request), request.HttpContext.RequestAborted).ConfigureAwait(false);
            return new(answer.Note, answer.Columns, [.. answer.Rows.Select(static row => (IReadOnlyList<string>)[.. row.Select(Short)])]);
        }
        catch (ArgumentException wrong)
        {
            throw new RefusedException(422, wrong.Message);
        }
        catch (OperationCanceledException) when (!request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            throw new RefusedException(409, "The job has ended.");
        }
    }

    private static DateTimeOffset? TimeOf(HttpRequest request)
    {
        if (!request.Query.TryGetValue("at", out var text)) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at : throw new RefusedException(422, "'at' must be a time such as 2026-01-31T12:00:00Z.");
    }

    private static string Short(string text) => text.Length <= MaxLetters ? text : $"{text.AsSpan(0, MaxLetters)}…";
}
