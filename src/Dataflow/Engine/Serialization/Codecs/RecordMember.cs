namespace Dataflow.Codecs;

/// <summary>A member of a record in its written form.</summary>
/// <param name="Name">Its name in the bytes, and in errors.</param>
/// <param name="Type">Its type.</param>
/// <param name="Place">Its place, where the type declares places; else -1.</param>
public readonly record struct RecordMember(string Name, Type Type, int Place = -1);
