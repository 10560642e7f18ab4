using System.Text.Json.Serialization;

namespace Dataflow.Dashboard.Api;

/// <summary>Writes the answers of the API.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(JobListView))]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(PlanView))]
[JsonSerializable(typeof(HistoryView))]
[JsonSerializable(typeof(StateHistoryView))]
[JsonSerializable(typeof(TopicListView))]
[JsonSerializable(typeof(TopicDescriptionView))]
[JsonSerializable(typeof(RecordListView))]
[JsonSerializable(typeof(DeadLettersView))]
[JsonSerializable(typeof(LookupListView))]
[JsonSerializable(typeof(LookupAnswerView))]
[JsonSerializable(typeof(ReplayView))]
[JsonSerializable(typeof(ForgottenView))]
[JsonSerializable(typeof(GroupListView))]
[JsonSerializable(typeof(SavedCheckpointListView))]
[JsonSerializable(typeof(FeatureListView))]
[JsonSerializable(typeof(DeletedTopicView))]
[JsonSerializable(typeof(DetailView))]
internal sealed partial class DashboardJson : JsonSerializerContext;
