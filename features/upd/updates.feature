Feature: Updates of the product itself
  In a closed network a new version comes by hand or through the relay, and must not open a gap.

  @UPD-01 @must @S3 @requires:upgrade @stimulus:any @traces
  Rule: An upgrade keeps relay, identity, queue and protection

    Scenario: Upgraded while the relay is away
      Given the product works in a closed network
      When the relay is lost: refused
      And several attacks happen
      And it has had its time to notice them
      And the product is upgraded from an installation medium
      And the relay comes back
      Then nothing that was queued is lost
      And it is a newer version with the same identity and the same relay
      And it still lets nobody remove it without the secret
      And it still lets itself be removed with it

  @UPD-02 @must @if:self-update @stimulus:any
  Rule: A new version whose download is cut neither stops the old one nor takes its place by half

    Scenario Outline: The relay is lost in the middle of a download (<kind>)
      Given the product works in a closed network
      When its cloud hands out a new version, slowly
      And a good part of it has come
      And the relay is lost: <kind>
      And several attacks happen
      And what is installed is looked at meanwhile
      And the relay comes back
      Then all of them arrive
      And the new version has come whole, and the old one was whole until then

      Examples:
        | kind    |
        | refused |
        | silent  |

  @UPD-03 @should @S1 @if:offline-content @stimulus:indicator
  Rule: New content can be brought in as a file, and it can be seen how old it is

    Scenario: Content that is carried into the closed network
      Given a closed network with a relay
      And the relay lets nothing pass but what enrolling and reporting need
      And the product is installed and has had time to read its policy
      When a file appears that only newer content knows
      And an attack happens
      Then it is reported in time, although no update can be fetched
      And the file that only newer content knows is not
      When newer content is brought in as a file
      And that file appears again
      Then it is reported in time
      And cloud and endpoint show how old that content is
