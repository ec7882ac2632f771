Feature: A relay that is not there
  Relays are restarted, renamed and mistyped. What the product makes of it has to be seen on the
  endpoint, and it has to come back by itself.

  @NET-06 @must @stimulus:any
  Rule: A relay that comes up after the endpoint is found without another start

    Scenario Outline: At boot the relay is not there: <kind>
      Given the product works in a closed network
      When the relay is lost: <kind>
      And the endpoint is started again
      And the relay comes up later
      Then it is connected again in time
      When all of it has had its time to come back
      And an attack happens
      Then it is reported in time

      Examples:
        | kind    |
        | refused |
        | silent  |

  @NET-07 @should @S3
  Rule: A wrong or missing relay is visible when the product is installed

    Scenario Outline: The installer is told: <relay>
      Given a closed network with a relay
      When the product is installed with a relay that is wrong: <relay>
      Then the installer refuses it, or the status says that there is no connection

      Examples:
        | relay                 |
        | no relay at all       |
        | a machine that is none |
        | a name that nobody has |

  @NET-08 @should @if:connectivity-test @stimulus:any
  Rule: The product's own connectivity test tells the truth

    Scenario: One way of losing the relay after another
      Given the product works in a closed network and knows its relay by name
      When its connectivity test is run while the relay works, is lost in every way, and is back
      Then the test has told the truth each time
