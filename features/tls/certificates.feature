Feature: Certificates
  Some relays open what passes through them and show a certificate of their own. Only the product can
  tell whether it speaks to its cloud, and whoever runs it has to learn why it does not.

  @TLS-01 @must @S11
  Rule: Nothing is sent through a relay that opens the traffic with an unknown authority

    Scenario: An inspecting relay whose authority nobody was told about
      Given a closed network whose relay opens the traffic
      When the product is installed with the address of the relay
      And it has had time to refuse a certificate and to say so
      Then it has sent nothing, and says that a certificate is the reason

  @TLS-02 @must
  Rule: A certificate of the right authority that is for another host, or has expired, is refused

    Scenario Outline: The cloud shows a certificate that <wrong>
      Given a closed network with a relay
      And the cloud shows a certificate that <wrong>
      When the product is installed with the address of the relay
      And it has had time to refuse a certificate and to say so
      And the cloud shows its own certificate again
      Then it connects by itself
      And it has sent nothing before that, and said that a certificate was the reason

      Examples:
        | wrong               |
        | is for another host |
        | has expired         |

  @TLS-03 @should @S11
  Rule: Inspection by an authority that the endpoint trusts does what the product declares

    Scenario: An inspecting relay whose authority is in the trust store
      Given a closed network whose relay opens the traffic, trusted by the endpoint
      When the product is installed with all that is known of the relay
      Then it accepts or refuses inspection as it declares

  @TLS-04 @should
  Rule: Questions about revoked certificates take the relay, or are not asked

    Scenario: Nobody answers whether the certificate was revoked
      Given a closed network with a relay
      And the cloud's certificate names a place where revocation is told
      When the product is installed with the address of the relay
      And it has had its time to enrol
      Then no question about revocation went past the relay
      And it enrols in time, answered or not
