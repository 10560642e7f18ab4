using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Dataflow.Tests;

namespace Dataflow.Features.Http.Tests;

/// <summary>A real HTTP client asks what Feast's documentation shows.</summary>
public sealed class FeatureServerTests : ServedDrivers
{
    [Fact]
    public async Task A_value_that_has_overflowed_has_a_status_and_the_others_are_answered()
    {
        Log.Append(
            "hours", [
            Hours[0] with { Driver = 7, Trips = int.MaxValue }, Hours[0] with { Driver = 7, Trips = int.MaxValue },
            Hours[0] with { Driver = 8 }]);
        while (Job.Status.RecordsRead < Hours.Length + 3) await Task.Yield();
        await RestartAsync(services: Sums);

        var answer = await PostAsync(
            """{"features":["driver_sums:sum_1d","driver_sums:name"],"entities":{"driver_id":[7,8]},"details":true}""");

        Assert.Contains("""{"values":[null,308],"statuses":["NULL_VALUE","PRESENT"]""", answer, StringComparison.Ordinal);
        Assert.Contains("""_statuses":["OVERFLOW","PRESENT"]""", answer, StringComparison.Ordinal);
        Assert.Contains("""{"values":["anna","anna"],"statuses":["PRESENT","PRESENT"]""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_of_every_plain_type_are_read_from_columns()
    {
        await RestartAsync(services: Wide);
        const string Columns = """
            "byte":[1,255],"s_byte":[-128,127],"short":[-1,1],"u_short":[0,65535],"int":[1,2],"u_int":[0,4294967295],"long":[1,2],"u_long":[0,18446744073709551615],
            "float":[1.5,"NaN"],"double":[1,"Infinity"],"decimal":[0.1,2],"bool":[true,false],"char":["a","ä"],"text":["x",""],"maybe":[null,1],"kind":["Read","write"],
            "id":["00000000-0000-0000-0000-000000000001","00000000-0000-0000-0000-000000000002"],"day":["2026-01-31","2026-02-01"],"time":["2026-01-31T12:00:00Z","2026-01-31T12:00:00Z"]
            """;
        Assert.Contains(
            "[\"1 -128 -1 0 1 0 1 0 1.5 1 0.1 True a x - Read 00000000-0000-0000-0000-000000000001 01/31/2026 12\",\"255 127 1 65535 2 "
                + "4294967295 2 18446744073709551615 NaN Infinity 2 False ä  1 Write 00000000-0000-0000-0000-000000000002 02/01/2026 12\"]",
            await PostAsync($$$"""{"feature_service":"wide","entities":{{{{Columns}}}}}"""), StringComparison.Ordinal);

        foreach (var (column, values, expected) in new[]
        {
            ("byte", "[1,256]", "Byte values"), ("maybe", "[1.5,2]", "nullable Int32 values"), ("char", "[\"ab\",\"c\"]", "Char values"),
            ("bool", "[1,0]", "Boolean values"), ("kind", "[\"Run\",\"Read\"]", "'Read' or 'Write' values"),
            ("day", "[\"31.1.26\",\"\"]", "DateOnly values"), ("id", "[\"x\",\"y\"]", "Guid values"),
            ("decimal", "[\"x\",\"y\"]", "Decimal values"), ("u_long", "[-1,0]", "UInt64 values"),
            ("time", "[\"x\",\"y\"]", "DateTimeOffset values"),
        })
        {
            var body = System.Text.RegularExpressions.Regex.Replace(
                Columns, $"\"{column}\":\\[[^]]*\\]", $"\"{column}\":{values.Replace("$", "$$", StringComparison.Ordinal)}");
            using var response = await SendAsync($$$"""{"feature_service":"wide","entities":{{{{body}}}}}""");
            Assert.Equal(
                (HttpStatusCode.UnprocessableEntity, $"Column '{column}' of 'entities' must hold {expected}."),
                (response.StatusCode, await DetailAsync(response)));
        }

        using var missing = await SendAsync("""{"feature_service":"wide","entities":{"byte":[1]}}""");
        Assert.Equal("'entities' has no column 'SByte' (SByte); the service needs it.", await DetailAsync(missing));
    }

    [Theory]
    [InlineData(
        """{"feature_service":"driver_activity","entities":{"driver_id":[1001],"driver_id":[1002]}}""",
        "'entities' has the column 'driver_id' twice.")]
    [InlineData(
        """{"feature_service":"driver_activity","entities":{"driver_id":[1001],"DRIVER_ID":[1002]}}""",
        "'entities' has more than one column for 'DriverId'; case and '_' do not tell columns apart.")]
    [InlineData(
        """{"feature_service":"driver_activity","entities":{"DriverId":[1001],"driver_id":[1001]}}""",
        "'entities' has more than one column for 'DriverId'; case and '_' do not tell columns apart.")]
    [InlineData(
        """{"feature_service":"driver_activity","entities":{"driver_id":[1001]},"entities":{"driver_id":[1002]}}""",
        "'entities' is given twice.")]
    [InlineData(
        """{"features":["driver_names:name"],"features":["driver_names:hours_1h"],"entities":{"driver_id":[1001]}}""",
        "'features' is given twice.")]
    [InlineData(
        """{"feature_service":"driver_who","feature_service":"driver_activity","entities":{"driver_id":[1001]}}""",
        "'feature_service' is given twice.")]
    public async Task What_is_given_twice_is_refused(string body, string detail)
    {
        using var response = await SendAsync(body);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, detail), (response.StatusCode, await DetailAsync(response)));
    }

    [Fact]
    public async Task A_function_that_fails_matters_only_to_who_asks_for_it()
    {
        await RestartAsync(services: Faulty);
        Assert.Contains(
            "NOT_FOUND", await PostAsync("""{"features":["driver_names:name"],"entities":{"text":["abcd"]}}"""), StringComparison.Ordinal);
        using var faulty = await SendAsync("""{"features":["driver_names:name","faulty:length"],"entities":{"text":["abcd"]}}""");
        Assert.Equal(HttpStatusCode.InternalServerError, faulty.StatusCode);
    }

    [Fact]
    public async Task Answers_the_request_of_Feast_s_documentation() => Assert.Equal(
        """
        {"metadata":{"feature_names":["driver_id","conv_rate","acc_rate","avg_daily_trips"]},"results":[
        {"values":[1001, 1002, 1003],"statuses":["PRESENT","PRESENT","PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z","1970-01-01T00:00:00Z","1970-01-01T00:00:00Z"]},
        {"values":[0.7037263512611389,0.038169607520103455,0.9665873050689697],"statuses":["PRESENT","PRESENT","PRESENT"],"event_timestamps":["2021-12-31T23:00:00Z","2021-12-31T23:00:00Z","2021-12-31T22:59:59.999Z"]},
        {"values":[0.8724706768989563,0.48534533381462097,0.7793770432472229],"statuses":["PRESENT","PRESENT","PRESENT"],"event_timestamps":["2021-12-31T23:00:00Z","2021-12-31T23:00:00Z","2021-12-31T22:59:59.999Z"]},
        {"values":[308,332,779],"statuses":["PRESENT","PRESENT","PRESENT"],"event_timestamps":["2021-12-31T23:00:00Z","2021-12-31T23:00:00Z","2021-12-31T22:59:59.999Z"]}]}
        """.ReplaceLineEndings(""),
        await PostAsync(
            """
            {
                "features": [
                  "driver_hourly_stats:conv_rate",
                  "driver_hourly_stats:acc_rate",
                  "driver_hourly_stats:avg_daily_trips"
                ],
                "entities": {
                  "driver_id": [1001, 1002, 1003]
                }
              }
            """));

    /// <summary>Feast's remote online store; its examples with curl, which says that the body is a form; its server in Go.</summary>
    [Theory]
    [InlineData(
        "application/json",
        """{"entities": {"driver_id": [1001, 9]}, "full_feature_names": false, "include_feature_view_version_metadata": false"""
        + """, "features": ["driver_hourly_stats:acc_rate"]}""")]
    [InlineData("application/json", """{"features": ["driver_hourly_stats:acc_rate"], "entities": {"driver_id": [1001, 9]}}""")]
    [InlineData(
        "application/x-www-form-urlencoded",
        """{ "features": ["driver_hourly_stats:acc_rate"], "entities": { "driver_id": [1001, 9] } }""")]
    [InlineData(
        "application/json",
        """{"feature_service": null, "features": ["driver_hourly_stats:acc_rate"], "entities": {"driver_id": [1001, 9]}"""
        + """, "request_context": {"limit": [1, 2]}}""")]
    public async Task Answers_what_the_clients_of_Feast_send(string type, string body)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue(type));
        using var response = await Client.PostAsync(
            new Uri(Server.Uri, "/get-online-features"), content, TestContext.Current.CancellationToken);
        Assert.Equal(
            """
            {"metadata":{"feature_names":["driver_id","acc_rate"]},"results":[
            {"values":[1001, 9],"statuses":["PRESENT","PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z","1970-01-01T00:00:00Z"]},
            {"values":[0.8724706768989563,null],"statuses":["PRESENT","NOT_FOUND"],"event_timestamps":["2021-12-31T23:00:00Z","1970-01-01T00:00:00Z"]}]}
            """.ReplaceLineEndings(""),
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Answers_with_all_features_of_a_service_under_their_full_names()
    {
        var answer = JsonNode.Parse(
            await PostAsync(
            """{"feature_service":"driver_activity","features":null,"entities":{"driver_id":[1002]},"full_feature_names":true}"""))!;
        Assert.Equal(
            """["driver_id","driver_hourly_stats__conv_rate","driver_hourly_stats__acc_rate","driver_hourly_stats__avg_daily_trips","""
            + "\"driver_activity__trips_per_rate\"]",
            answer["metadata"]!["feature_names"]!.ToJsonString());
        Assert.Equal(
            "[1002]|[0.038169607520103455]|[0.48534533381462097]|[332]|[\"Infinity\"]",
            string.Join('|', answer["results"]!.AsArray().Select(result => result!["values"]!.ToJsonString())));
    }

    [Fact]
    public async Task Says_what_is_missing_and_what_is_too_old() => Assert.Equal(
        """
        {"values":[0.7037263512611389,null,null],"statuses":["PRESENT","NOT_FOUND","OUTSIDE_MAX_AGE"],"event_timestamps":["2021-12-31T23:00:00Z","1970-01-01T00:00:00Z","2021-12-30T22:00:00Z"]}
        """,
        JsonNode.Parse(await PostAsync("""{"features":["driver_hourly_stats:conv_rate"],"entities":{"driver_id":[1001,9,1004]}}"""))![
            "results"]![1]!.ToJsonString());

    [Fact]
    public async Task Tells_an_entity_without_a_value_from_one_that_there_is_not() => Assert.Equal(
        """
        {"values":[[308],null,null],"statuses":["PRESENT","NULL_VALUE","NOT_FOUND"],"event_timestamps":["2021-12-31T23:00:00Z","2021-12-30T22:00:00Z","1970-01-01T00:00:00Z"]}
        """,
        JsonNode.Parse(await PostAsync("""{"features":["driver_names:trips_1d"],"entities":{"driver_id":[1001,1004,9]}}"""))!["results"]![
            1]!.ToJsonString());

    [Fact]
    public async Task Gives_exact_statuses_and_the_cut_of_each_row_to_those_who_ask()
    {
        const string question =
            """{"features":["driver_names:hours_1h","driver_names:name"],"entities":{"driver":[1001,9]},"details":true}""";
        var answer = JsonNode.Parse(await PostAsync(question))!;
        Assert.Equal("""["PRESENT","DEFAULT"]""", answer["results"]![1]!["exact_statuses"]!.ToJsonString());
        Assert.Equal("""["PRESENT","PRESENT"]""", answer["results"]![1]!["statuses"]!.ToJsonString());
        Assert.Equal("[1,0]", answer["results"]![1]!["values"]!.ToJsonString());
        Assert.Equal("""["PRESENT","MISSING"]""", answer["results"]![2]!["exact_statuses"]!.ToJsonString());
        var cuts = answer["metadata"]!["cuts"]!.AsArray();
        Assert.Equal(2, cuts.Count);
        Assert.Equal(("hours[0]", 0), ((string)cuts[0]![0]!["split"]!, (int)cuts[0]![0]!["offset"]!));
        Assert.Equal(Newest.AddMinutes(30).ToUnixTimeMilliseconds(), (long)cuts[0]![0]!["at_ms"]!);
        Assert.Equal(("", -1), ((string)cuts[1]![0]!["split"]!, (int)cuts[1]![0]!["offset"]!));
    }

    [Fact]
    public async Task Reads_texts_and_lists_and_of_several_services_at_once()
    {
        var answer = JsonNode.Parse(await PostAsync(
            """{"features":["driver_names:name","driver_hourly_stats:avg_daily_trips","driver_names:trips_1d"]"""
            + ""","entities":{"driver_id":["1003"]}}"""))!;
        Assert.Equal("""["driver_id","name","trips_1d","avg_daily_trips"]""", answer["metadata"]!["feature_names"]!.ToJsonString());
        Assert.Equal(
            """["1003"]|["cora"]|[[779]]|[779]""",
            string.Join('|', answer["results"]!.AsArray().Select(result => result!["values"]!.ToJsonString())));
    }

    [Fact]
    public async Task Ignores_columns_that_no_service_needs()
    {
        var answer = JsonNode.Parse(
            await PostAsync("""{"features":["driver_hourly_stats:conv_rate"],"entities":{"note":["a"],"DriverID":[1002]}}"""))!;
        Assert.Equal("""["DriverID","conv_rate"]""", answer["metadata"]!["feature_names"]!.ToJsonString());
        Assert.Equal("[0.038169607520103455]", answer["results"]![1]!["values"]!.ToJsonString());
    }

    [Fact]
    public async Task Reads_the_first_service_that_has_all_that_is_asked_for()
    {
        const string Body = """{"features":["driver_hourly_stats:conv_rate"],"entities":{"driver":[1001]}}""";
        await RestartAsync(services: [ByNumber, Services[0]]);
        Assert.Contains("0.7037263512611389", await PostAsync(Body), StringComparison.Ordinal);
        await RestartAsync(services: [Services[1], Services[0], ByNumber]);
        using var other = await SendAsync(Body);
        Assert.Equal("'entities' has no column 'DriverId' (Int64); the service needs it.", await DetailAsync(other));
    }

    [Fact]
    public async Task Answers_many_at_once_each_its_own()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => Task.Run(
            () => PostAsync($$$"""{"features":["driver_hourly_stats:avg_daily_trips"],"entities":{"driver_id":[{{{Ids(i)}}}]}}"""))));
        foreach (var (i, answer) in answers.Index())
            Assert.Equal(
                Enumerable.Repeat(Hours[i % 3].Trips, 1 + (i % 50)),
                JsonNode.Parse(answer)!["results"]![1]!["values"]!.AsArray().Select(value => (int)value!));

        static string Ids(int i) => string.Join(',', Enumerable.Repeat(1001 + (i % 3), 1 + (i % 50)));
    }

    [Fact]
    public async Task Reads_many_rows_in_their_order()
    {
        var drivers = Enumerable.Range(0, 5_000).Select(i => 1001 + (i % 3)).ToList();
        var answer = JsonNode.Parse(
            await PostAsync(
            $$$"""{"features":["driver_hourly_stats:avg_daily_trips"],"entities":{"driver_id":[{{{string.Join(',', drivers)}}}]}}"""))!;
        Assert.Equal(
            drivers.Select(driver => Hours[driver - 1001].Trips), answer["results"]![1]!["values"]!.AsArray().Select(value => (int)value!));
    }

    [Theory]
    [InlineData("""[]""", 422, "The body is no JSON object of the form that /openapi.json describes.")]
    [InlineData(
        """{"features":["a:b"],"entities":{"driver_id":[1]}""", 422,
        "The body is no JSON object of the form that /openapi.json describes.")]
    [InlineData(
        """{"features":["driver_names:name"],"entities":{"driver_id":[1]}} {}""", 422,
        "The body is no JSON object of the form that /openapi.json describes.")]
    [InlineData(
        """{"features":["a:b"],"entities":{"driver_id":1}}""", 422, "The body is no JSON object of the form that /openapi.json describes.")]
    [InlineData("""{"features":["a:b"]}""", 422, "'entities' is missing: an object with an array of values for each key.")]
    [InlineData("""{"entities":{"driver_id":[1]}}""", 422, "Give 'features' or 'feature_service'.")]
    [InlineData(
        """{"features":["a:b"],"entities":{"driver_id":[1]}}""", 404, "There is no feature 'a:b'; features are named 'view:feature'.")]
    [InlineData(
        """{"features":["driver_names:name","driver_names:name"],"entities":{"driver_id":[1]}}""", 422,
        "Two of the features are named 'name'; ask for each once, and with 'full_feature_names' if they are of several views.")]
    [InlineData(
        """{"feature_service":"a","entities":{"driver_id":[1]}}""", 404,
        "There is no feature service 'a'; there is driver_activity, driver_who.")]
    [InlineData(
        """{"feature_service":"driver_activity","entities":{"driver":[1]}}""", 422,
        "'entities' has no column 'DriverId' (Int64); the service needs it.")]
    [InlineData(
        """{"feature_service":"driver_activity","entities":{"driver_id":["x"]}}""", 422,
        "Column 'driver_id' of 'entities' must hold Int64 values.")]
    [InlineData(
        """{"feature_service":"driver_activity","entities":{"driver_id":[null]}}""", 422,
        "Column 'driver_id' of 'entities' must hold Int64 values.")]
    [InlineData(
        """{"feature_service":"driver_activity","entities":{"driver_id":[1],"b":[1,2]}}""", 422,
        "Column 'b' of 'entities' has 2 values, others have 1.")]
    [InlineData(
        """{"feature_service":"driver_who","entities":{"a":[1],"b":[1]}}""", 422, "'entities' has 2 columns; the service takes one.")]
    public async Task Refuses_requests_that_make_no_sense(string body, int status, string detail)
    {
        using var response = await SendAsync(body);
        Assert.Equal((status, detail), ((int)response.StatusCode, await DetailAsync(response)));
    }
}
